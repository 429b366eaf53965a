import { expect, test } from 'vitest';
import { doors } from './doors';

const hrefs = (records: boolean, reviews: boolean, village: unknown, oversees = false) =>
  doors({ records, reviews, oversees, village }).map((door) => door.href);

test('everybody finds the doors of what he may do, and no others', () => {
  expect(hrefs(true, false, {})).toEqual([
    '/inspections',
    '/applications',
    '/many',
    '/activities',
    '/paper',
    '/ranking',
    '/rules',
    '/me',
  ]);
  expect(hrefs(false, true, {})).toEqual([
    '/review',
    '/review/assembly',
    '/budget',
    '/applications',
    '/rules',
  ]);
  expect(hrefs(false, true, null, true)).toEqual([
    '/review',
    '/budget',
    '/applications',
    '/concentration',
    '/rules',
  ]);
});
