/** The households of an area as far as they were read; kept so that going back is instant. */
import { api, query } from '../api';
import type { Household, List } from '../api/types';

/** The first page as index.html preloads it. */
const pageSize = 80;
const path = (area: string, cursor?: string | null) =>
  `/households${query({ area_id: area, limit: pageSize, cursor })}`;

let lists = $state.raw<Record<string, List<Household>>>({});
let early: Promise<List<Household>> | null = null;

const put = (area: string, list: List<Household>) => (lists = { ...lists, [area]: list });

export const households = {
  /** What is known of the area ('' for everything in reach). */
  of: (area: string): List<Household> | undefined => lists[area],
  /** Asks before anybody knows who is signed in: the answer is on its way already. */
  ahead() {
    early = api.get<List<Household>>(path(''));
    early.catch(() => {});
  },
  async load(area: string): Promise<void> {
    const asked = area === '' && early ? early : api.get<List<Household>>(path(area));
    early = null;
    const fresh = await asked;
    put(area, merged(lists[area], fresh));
  },
  async more(area: string): Promise<void> {
    const known = lists[area];
    if (!known?.next_cursor) return;
    const next = await api.get<List<Household>>(path(area, known.next_cursor));
    put(area, { items: [...known.items, ...next.items], next_cursor: next.next_cursor });
  },
  forget() {
    lists = {};
    early = null;
  },
};

/** A list that was read further than its first page keeps the rest. */
function merged(known: List<Household> | undefined, fresh: List<Household>): List<Household> {
  if (!known || known.items.length <= fresh.items.length) return fresh;
  const byId = new Map(fresh.items.map((one) => [one.id, one]));
  return { ...known, items: known.items.map((one) => byId.get(one.id) ?? one) };
}
