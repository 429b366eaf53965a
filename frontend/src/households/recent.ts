/** The households this person wrote for last, on this phone. */
import type { Household } from '../api/types';
import { mine } from '../session.svelte';

export interface Recent {
  id: string;
  name: string;
  door: string | null;
}

const shownMax = 3;

export const recent = (): Recent[] => mine.kept<Recent[]>('recent', []);

export function rememberRecent({ id, name, alias, door }: Household): void {
  const others = recent().filter((one) => one.id !== id);
  mine.keep('recent', [{ id, name: alias ?? name, door }, ...others].slice(0, shownMax));
}
