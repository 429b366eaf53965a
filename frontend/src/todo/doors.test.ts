import { expect, test } from 'vitest';
import { doors } from './doors';

const hrefs = (records: boolean, reviews: boolean, village: unknown) =>
  doors({ records, reviews, village }).map((door) => door.href);

test('everybody finds the doors of what he may do, and no others', () => {
  expect(hrefs(true, false, {})).toEqual([
    '/inspections',
    '/many',
    '/activities',
    '/paper',
    '/ranking',
    '/rules',
    '/me',
  ]);
  expect(hrefs(false, true, {})).toEqual(['/review', '/review/assembly', '/rules']);
  expect(hrefs(false, true, null)).toEqual(['/review', '/rules']);
});
