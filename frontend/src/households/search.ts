/** Looking for households by words. A page may be short, or empty, and still not be the last. */
import { api, query } from '../api';
import type { Household, List } from '../api/types';

const pageSize = 30;

/** The next page with rows in it; an empty one only when nothing is left. */
export async function search(
  q: string,
  area: string,
  cursor: string | null = null,
): Promise<List<Household>> {
  for (;;) {
    const page = await api.get<List<Household>>(
      `/households${query({ area_id: area, q, limit: pageSize, cursor })}`,
    );
    if (page.items.length || !page.next_cursor) return page;
    cursor = page.next_cursor;
  }
}

/** Households that share a door with one, itself left out. */
export async function sameDoor(one: Household): Promise<Household[]> {
  const number = /\d+/.exec(one.door ?? '')?.[0];
  if (!number) return [];
  const found: Household[] = [];
  let cursor: string | null = null;
  do {
    const page: List<Household> = await search(number, one.grid_id, cursor);
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return found.filter(
    (other) =>
      other.id !== one.id &&
      other.grid_id === one.grid_id &&
      other.door === one.door &&
      other.status !== 'closed',
  );
}
