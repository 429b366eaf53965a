/** Where the app is: the history API, one delegated click listener, scroll kept per entry. */
import { match, type Place } from './router';

let place = $state.raw<Place>(match(location.pathname + location.search));
let first = $state(true);

export const navigation = {
  get place() {
    return place;
  },
  /** True until the person has moved: the first screen does not take the focus. */
  get first() {
    return first;
  },
};

/** What scrolls. */
const page = () => document.querySelector('.page');

function enter(href: string): void {
  first = false;
  place = match(href);
}

export function go(href: string, how: { replace?: boolean } = {}): void {
  history.replaceState({ y: page()?.scrollTop ?? 0 }, '');
  if (how.replace) history.replaceState({ y: 0 }, '', href);
  else history.pushState({ y: 0 }, '', href);
  enter(href);
}

/** Back within the app; to `otherwise` when this screen was opened by a link. */
export function back(otherwise = '/'): void {
  if (first) go(otherwise, { replace: true });
  else history.back();
}

export function listen(): void {
  history.scrollRestoration = 'manual';
  addEventListener('popstate', (event) => {
    enter(location.pathname + location.search);
    const y = (event.state as { y?: number } | null)?.y ?? 0;
    // Lists kept in memory stand again after the screen has been drawn.
    setTimeout(() => page()?.scrollTo(0, y), 50);
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey) return;
    const link = (event.target as Element).closest('a');
    if (!link || link.origin !== location.origin || link.target || link.download) return;
    const href = link.pathname + link.search;
    if (match(href).screen === 'outside') return;
    event.preventDefault();
    go(href);
  });
}
