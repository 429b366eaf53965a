/** Awards that wait for this reviewer, one card each. */
import { api, query } from '../api';
import type { Award, List } from '../api/types';
import { todo } from '../todo.svelte';

let items = $state.raw<Award[]>([]);
let cursor = $state.raw<string | null>(null);

export const cards = {
  get items() {
    return items;
  },
  /** 3, or 50+ when the list goes on. */
  get count() {
    return items.length + (cursor ? '+' : '');
  },
  /** The list goes on behind what was read. */
  get more() {
    return cursor !== null;
  },
  /** From the beginning, or `on` from where it stood. */
  async load(on = false): Promise<void> {
    const page = await api.get<List<Award>>(
      `/awards${query({ reviewable: 'true', limit: 50, cursor: on ? cursor : '' })}`,
    );
    items = on ? [...items, ...page.items] : page.items;
    cursor = page.next_cursor;
  },
  done(award: Award): void {
    items = items.filter((one) => one.id !== award.id);
    todo.refresh();
  },
  /** Puts a card behind the others, to be looked at later. */
  later(award: Award): void {
    items = [...items.filter((one) => one.id !== award.id), award];
  },
};
