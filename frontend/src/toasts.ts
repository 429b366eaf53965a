/**
 * The one message at the foot of the screen, with what can be done about it. Plain DOM: it outlives the
 * screen that shows it, and covers nothing: it stands between the page and the bottom bar.
 */
import './toasts.css';

interface Action {
  label: string;
  run: () => void | Promise<void>;
}

const staysMs = 12_000;
let timer: ReturnType<typeof setTimeout> | undefined;

const clear = () => place.replaceChildren();
const hold = () => clearTimeout(timer);
const release = () => {
  hold();
  timer = setTimeout(clear, staysMs);
};

/** Stands in the page from the start: only then is what appears in it read out. */
const place = document.createElement('div');
place.className = 'toasts';
place.setAttribute('role', 'status');
document.getElementById('app')!.append(place);
// It does not vanish under a finger or a focus.
for (const name of ['pointerenter', 'focusin']) place.addEventListener(name, hold);
for (const name of ['pointerleave', 'focusout']) place.addEventListener(name, release);

export const toasts = {
  show(text: string, action?: Action): void {
    const box = document.createElement('p');
    box.className = 'toast';
    const words = document.createElement('span');
    words.textContent = text;
    box.append(words);
    if (action) {
      const button = document.createElement('button');
      button.className = 'link';
      button.textContent = action.label;
      button.onclick = () => {
        clear();
        void action.run();
      };
      box.append(button);
    }
    place.replaceChildren(box);
    release();
  },
};
