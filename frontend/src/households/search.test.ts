import { afterEach, expect, test, vi } from 'vitest';
import { sameDoor, search } from './search';

const row = (id: string, door = '12 号') => ({ id, door, grid_id: 'g1', status: 'resident' });

/** Answers page after page, the cursor of each being the place of the next. */
function pages(...all: object[][]): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url);
    const at = Number(new URL(url, 'http://app').searchParams.get('cursor') ?? 0);
    const next_cursor = at + 1 < all.length ? String(at + 1) : null;
    return Promise.resolve(Response.json({ items: all[at], next_cursor }));
  });
  return asked;
}
afterEach(() => vi.unstubAllGlobals());

test('an empty page is not the last: a search goes on until it finds or has ended', async () => {
  const asked = pages([], [], [row('a')], [row('b')]);
  expect(await search('陈', '')).toMatchObject({ items: [{ id: 'a' }], next_cursor: '3' });
  expect(asked).toHaveLength(3);
  expect(await search('陈', '', '3')).toMatchObject({ items: [{ id: 'b' }], next_cursor: null });
  pages([], []);
  expect(await search('陈', '')).toEqual({ items: [], next_cursor: null });
});

test('neighbours at one door are looked for on every page', async () => {
  pages([row('one'), row('other', '112 号')], [row('two')]);
  const found = await sameDoor(row('one') as never);
  expect(found.map(({ id }) => id)).toEqual(['two']);
});
