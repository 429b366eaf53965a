import { expect, test } from 'vitest';
import type { Rule } from './api/types';
import { capLine, expectedPoints, usedOn } from './caps';

const rule = (change: Partial<Rule> = {}): Rule => ({
  id: 'r1',
  position: 1,
  category: '公益活动',
  name: '参加村组环境卫生整治',
  kind: 'addition',
  points: 5,
  points_per_spot: null,
  steps: [],
  bands: [],
  degrees: [],
  percent: null,
  window: null,
  veto: null,
  points_cap: null,
  category_cap: null,
  category_points_cap: null,
  repeat_doubles: null,
  highest_of: null,
  validity: null,
  per_person: false,
  late_days: null,
  unit: '人次',
  cap: { units: 4, window: 'month' },
  proofs: ['none'],
  review: 'none',
  redeemable: true,
  warn_first: null,
  indoor_may_be_skipped: false,
  remark: null,
  ...change,
});
const hours = rule({ unit: '小时', cap: { units: 20, window: 'month' } });

test('the cap is said before it bites', () => {
  expect(capLine(rule(), 1, 1)).toBe('本月第 2 次,最多 4 次');
  expect(capLine(rule(), 2, 1)).toBe('本月第 2 到 3 次,最多 4 次');
  expect(capLine(hours, 2, 3)).toBe('本月已有 3 小时,最多 20 小时');
  expect(capLine(hours, 2, 0)).toBe('本月最多 20 小时');
  expect(capLine(rule({ cap: { units: 1, window: 'quarter' } }), 1, 0)).toBe(
    '本季第 1 次,最多 1 次',
  );
  expect(capLine(rule({ cap: null }), 1, 0)).toBe('次数不限');
});

test('what exceeds the cap is said and not counted', () => {
  expect(capLine(rule(), 2, 3)).toBe('本月只能再加 1 次,多出的不算分');
  expect(expectedPoints(rule(), 2, 3)).toBe(5);
  expect(capLine(rule(), 1, 4)).toBe('本月 4 次已满,再记不加分');
  expect(expectedPoints(rule(), 1, 4)).toBe(0);
});

test('a day in another window leaves the use unknown', () => {
  expect(usedOn(rule(), 3, '2026-11-01', '2026-10-31')).toBeNull();
  expect(usedOn(rule(), 3, '2026-11-02', '2026-11-01')).toBe(3);
  expect(capLine(rule(), 1, null)).toBe('每月最多 4 次');
  expect(expectedPoints(rule(), 2, null)).toBe(10);
});

test('a deduction is expected below zero', () => {
  expect(expectedPoints(rule({ kind: 'deduction', cap: null }), 2, null)).toBe(-10);
});
