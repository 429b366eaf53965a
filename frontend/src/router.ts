/** Paths that must open at once, and the screens behind them. Every other path belongs to a room (rooms.ts). */
export const patterns = {
  home: '/',
  signIn: '/sign-in',
  household: '/households/:id',
  award: '/award/:id',
} as const;

/** `outside`: a page of the server, no screen of the app. */
export type Screen = keyof typeof patterns | 'room' | 'outside';

export interface Place {
  screen: Screen;
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
}

export function match(href: string): Place {
  const [path = '/', search = ''] = href.split('#')[0]!.split('?');
  const parts = split(path);
  const query = new URLSearchParams(search);
  for (const [screen, pattern] of Object.entries(patterns)) {
    const params = fit(split(pattern), parts);
    if (params) return { screen: screen as Screen, path, params, query };
  }
  // What the server serves itself: its documents, and the pages of households and villages.
  const outside = /^\/(api|[dhv])\//.test(path);
  return { screen: outside ? 'outside' : 'room', path, params: {}, query };
}

function split(path: string): string[] {
  return path.split('/').filter(Boolean);
}

function fit(pattern: string[], parts: string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [at, piece] of pattern.entries()) {
    const part = parts[at];
    if (part === undefined) return null;
    if (piece.startsWith(':')) {
      try {
        params[piece.slice(1)] = decodeURIComponent(part);
      } catch {
        return null;
      }
    } else if (piece !== part) return null;
  }
  return pattern.length === parts.length ? params : null;
}

/** Where to go after signing in: only paths of the app itself. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && match(next).screen !== 'signIn' ? next : '/';
}
