import { expect, test } from 'vitest';
import { rule } from './rule-for-tests';
import { conditionWords, termsWords, worthWords } from './words';

const degrees = [
  { name: '村', points: 3 },
  { name: '镇', points: 10 },
  { name: '县', points: 20 },
];
const ladder = rule({
  kind: 'ladder',
  points: 50,
  window: 'year',
  unit: '次',
  cap: null,
  steps: [
    { units: 1, points: 5 },
    { units: 3, points: 20 },
    { units: 6, points: 50 },
  ],
});
const gift = (from: number) =>
  rule({
    kind: 'bands',
    unit: '元',
    cap: null,
    bands: [
      { from, to: 1000, per: 100, points: 1 },
      { from: 1000, to: null, per: 100, points: 2 },
    ],
  });

test('a chip says what a deed gives', () => {
  expect(worthWords(rule())).toBe('+5');
  expect(worthWords(rule({ kind: 'deduction' }))).toBe('−5');
  expect(worthWords(rule({ kind: 'degrees', degrees }))).toBe('加 3–20 分');
  expect(worthWords(rule({ kind: 'degrees', degrees: degrees.slice(0, 1) }))).toBe('加 3 分');
  expect(worthWords(rule({ kind: 'degrees_off', degrees }))).toBe('扣 3–20 分');
  expect(worthWords(ladder)).toBe('最多加 50 分');
  expect(worthWords(gift(100))).toBe('每 100 元加 1–2 分');
  expect(worthWords(rule({ kind: 'veto', points: 0 }))).toBe('否决');
});

test('below it stands what must be known before', () => {
  expect(termsWords(rule({ unit: '小时', proofs: ['photo'] }))).toBe('每小时 · 要照片');
  expect(termsWords(rule({ per_person: true }))).toBe('按人数算');
  expect(termsWords(gift(100))).toBe('');
  const veto = { lowers_to: '三星', zeroes: 'quarter', blocks_years: 1 } as const;
  expect(termsWords(rule({ kind: 'veto', veto }))).toBe(
    '评星最高三星、本季的分清零、1 年不能换东西',
  );
});

test('a ladder says the next step, or all of them where it is not known what was done', () => {
  expect(conditionWords(ladder, 0)).toEqual(['今年已有 0 次,满 1 次再加 5 分']);
  expect(conditionWords(ladder, 2)).toEqual(['今年已有 2 次,满 3 次再加 15 分']);
  expect(conditionWords(ladder, 6)).toEqual(['今年已到最高一档']);
  expect(conditionWords(ladder, null)).toEqual(['每年满 1 次 5 分、满 3 次 20 分、满 6 次 50 分']);
});

test('amounts and further limits are said', () => {
  expect(conditionWords(gift(200), null)).toEqual([
    '满 200 元算起,每 100 元 1 分;1000 元以上的部分每 100 元 2 分',
  ]);
  expect(
    conditionWords(
      rule({
        points_cap: { points: 20, window: 'month' },
        category_cap: { units: 6, window: 'year' },
        category_points_cap: { points: 60, window: 'year' },
        highest_of: '救灾',
      }),
      null,
    ),
  ).toEqual([
    '每月最多加 20 分',
    '这一类每年最多 6 次',
    '这一类每年最多加 60 分',
    '同一天只算分最高的一项',
  ]);
  expect(
    conditionWords(rule({ kind: 'degrees_off', degrees, repeat_doubles: 'year' }), null),
  ).toEqual(['今年再犯加倍']);
});
