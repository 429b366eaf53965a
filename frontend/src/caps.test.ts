import { expect, test } from 'vitest';
import { capLine, usedOn } from './caps';
import { rule } from './rules/rule-for-tests';
import { expectedPoints } from './rules/worth';

const given = (quantity: number) => ({ quantity, degree: null, people: null });
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
  expect(expectedPoints(rule(), given(2), 3)).toBe(5);
  expect(capLine(rule(), 1, 4)).toBe('本月 4 次已满,再记不加分');
  expect(expectedPoints(rule(), given(1), 4)).toBe(0);
});

test('a day in another window leaves the use unknown', () => {
  expect(usedOn(rule(), 3, '2026-11-01', '2026-10-31')).toBeNull();
  expect(usedOn(rule(), 3, '2026-11-02', '2026-11-01')).toBe(3);
  expect(capLine(rule(), 1, null)).toBe('每月最多 4 次');
  expect(expectedPoints(rule(), given(2), null)).toBe(10);
});

test('a deduction is expected below zero', () => {
  expect(expectedPoints(rule({ kind: 'deduction', cap: null }), given(2), null)).toBe(-10);
});
