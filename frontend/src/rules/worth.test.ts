import { expect, test } from 'vitest';
import type { Rule } from '../api/types';
import { rule } from './rule-for-tests';
import { earns, deducts, expectedPoints, unitsUsed } from './worth';

const given = (quantity: number, degree: string | null = null, people: number | null = null) => ({
  quantity,
  degree,
  people,
});
const plain = (change: Partial<Rule>) => rule({ cap: null, ...change });

test('what comes without a deed is never offered, what takes away is told apart', () => {
  const kinds: Rule['kind'][] = [
    'addition',
    'deduction',
    'inspection',
    'ladder',
    'bands',
    'degrees',
    'degrees_off',
    'base',
    'top_share',
    'veto',
  ];
  expect(kinds.filter((kind) => earns(rule({ kind })))).toEqual([
    'addition',
    'ladder',
    'bands',
    'degrees',
  ]);
  expect(kinds.filter((kind) => deducts(rule({ kind })))).toEqual([
    'deduction',
    'degrees_off',
    'veto',
  ]);
});

test('a cap is matched by rule and window, a ladder by its own window', () => {
  const uses = [
    { rule_id: 'r1', window: 'year', units_used: 9 },
    { rule_id: 'other', window: 'month', units_used: 7 },
    { rule_id: 'r1', window: 'month', units_used: 2 },
  ] as const;
  expect(unitsUsed(rule(), [...uses])).toBe(2);
  expect(unitsUsed(rule({ cap: { units: 4, window: 'quarter' } }), [...uses])).toBe(0);
  expect(unitsUsed(plain({ kind: 'ladder', window: 'year' }), [...uses])).toBe(9);
});

test('a ladder gives what the steps between are worth', () => {
  const ladder = plain({
    kind: 'ladder',
    window: 'year',
    steps: [
      { units: 1, points: 5 },
      { units: 3, points: 15 },
    ],
  });
  expect(expectedPoints(ladder, given(1), 0)).toBe(5);
  expect(expectedPoints(ladder, given(1), 1)).toBe(0);
  expect(expectedPoints(ladder, given(2), 1)).toBe(10);
  expect(expectedPoints(ladder, given(1), null)).toBeNull();
});

test('an amount earns for every whole part, band by band', () => {
  const bands = plain({
    kind: 'bands',
    unit: '元',
    bands: [
      { from: 100, to: 1000, per: 100, points: 1 },
      { from: 1000, to: null, per: 500, points: 4 },
    ],
  });
  expect(
    [99, 100, 250, 1000, 1499, 1500].map((amount) => expectedPoints(bands, given(amount), 0)),
  ).toEqual([0, 1, 2, 10, 10, 14]);
});

test('a degree must be said, people are multiplied, caps of points bind', () => {
  const degrees = [
    { name: '村', points: 3 },
    { name: '县', points: 20 },
  ];
  expect(expectedPoints(plain({ kind: 'degrees', degrees }), given(1), null)).toBeNull();
  expect(expectedPoints(plain({ kind: 'degrees', degrees }), given(2, '村'), null)).toBe(6);
  expect(expectedPoints(plain({ kind: 'degrees_off', degrees }), given(1, '县'), null)).toBe(-20);
  expect(expectedPoints(plain({ kind: 'veto', points: 0 }), given(1), null)).toBe(0);
  expect(expectedPoints(plain({ per_person: true }), given(1, null, 4), null)).toBe(20);
  expect(expectedPoints(plain({ per_person: true }), given(1), null)).toBeNull();
  expect(expectedPoints(plain({ points_cap: { points: 8, window: 'year' } }), given(2), null)).toBe(
    8,
  );
});

test('what hangs on other deeds of the household is not foretold', () => {
  expect(expectedPoints(plain({}), given(1), 0)).toBe(5);
  for (const change of [
    { category_cap: { units: 4, window: 'month' } },
    { highest_of: '救灾' },
    { repeat_doubles: 'year' },
  ] as const) {
    expect(expectedPoints(plain(change), given(1), 0)).toBeNull();
    expect(expectedPoints(rule(change), given(1), 4), 'its own cap is used up').toBe(0);
  }
});
