import { expect, test } from 'vitest';
import type { Rule } from '../api/types';
import { byCategory, favourites, remember } from './favourites';

const rule = (id: string, kind: Rule['kind'] = 'addition', category = '公益活动') =>
  ({ id, kind, category }) as Rule;
const table = [rule('a'), rule('b'), rule('x', 'deduction'), rule('c', 'addition', '支持村务')];

test('chips are the deeds used most, filled up in the order of the table, without deductions', () => {
  expect(favourites(table, []).map((one) => one.id)).toEqual(['a', 'b', 'c']);
  expect(favourites(table, ['c', 'x', 'c', 'b']).map((one) => one.id)).toEqual(['c', 'b', 'a']);
  expect(favourites(table, ['c'], [], 1).map((one) => one.id)).toEqual(['c']);
});

test('what the village put in front comes first, in its order, as far as the table has it', () => {
  const ids = (front: string[], most?: number) =>
    favourites(table, ['a'], front, most).map((one) => one.id);
  expect(ids(['c', 'gone', 'x', 'b'])).toEqual(['c', 'b', 'a']);
  expect(ids(['c', 'b'], 1)).toEqual(['c', 'b']);
});

test('only the last uses are remembered', () => {
  const used = Array.from({ length: 50 }, (_, at) => `r${at}`);
  expect(remember(used, 'new')).toHaveLength(40);
  expect(remember(used, 'new')[0]).toBe('new');
});

test('categories keep the order of the table', () => {
  expect(byCategory(table).map(([name, rules]) => `${name} ${rules.length}`)).toEqual([
    '公益活动 3',
    '支持村务 1',
  ]);
});
