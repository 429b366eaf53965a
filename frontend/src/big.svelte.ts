/** 大字 mode: a class on <html>, kept on the phone; `?big=1` in a link turns it on. */
import { keep, kept } from './kept';

const asked = new URLSearchParams(location.search).get('big');
let on = $state(asked ? asked === '1' : kept('big', false));

function apply(): void {
  document.documentElement.classList.toggle('big', on);
  keep('big', on);
}

apply();

export const big = {
  get on() {
    return on;
  },
  toggle() {
    on = !on;
    apply();
  },
};
