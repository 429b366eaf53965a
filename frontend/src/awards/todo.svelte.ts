/** Awards that wait for this reviewer; the number in the bottom bar and the cards of 待办. */
import { api } from '../api';
import type { Award, List } from '../api/types';

let items = $state.raw<Award[]>([]);
let more = $state(false);

export const todo = {
  get items() {
    return items;
  },
  /** 3, or 50+ when the list goes on. */
  get count() {
    return more ? `${items.length}+` : String(items.length);
  },
  async load(): Promise<void> {
    const page = await api.get<List<Award>>('/awards?reviewable=true&limit=50');
    items = page.items;
    more = page.next_cursor !== null;
  },
  forget() {
    items = [];
    more = false;
  },
  done(award: Award): void {
    items = items.filter((one) => one.id !== award.id);
  },
  /** Puts a card behind the others, to be looked at later. */
  later(award: Award): void {
    items = [...items.filter((one) => one.id !== award.id), award];
  },
};
