import { expect, test } from 'vitest';
import type { Warning } from '../../api/types';
import { rule } from '../../rules/rule-for-tests';
import { choices, leastDays, leftWords, outcomeWords } from './words';

test('the days that are left are said in words, across a month and a year', () => {
  const left = (due: string) => leftWords(due, '2026-12-31');
  expect([left('2027-01-02'), left('2026-12-31'), left('2026-11-30')]).toEqual([
    '还有 2 天',
    '今天到期',
    '已过期 31 天',
  ]);
});

test('one tap gives what the rule says, and never less', () => {
  const of = (warn_first: string | null) => choices(rule({ warn_first }));
  expect(of(null)).toEqual([3, 0, 7]);
  expect(of('on_the_spot')).toEqual([0, 3, 7]);
  expect(of('3_days')).toEqual([3, 7]);
  expect(of('15_days')).toEqual([15]);
  expect(leastDays(rule({ warn_first: '15_days' }))).toBe(15);
});

test('what became of it is said as the award stands', () => {
  const of = (outcome: string, award: object | null = null) =>
    outcomeWords({ outcome, award } as Warning);
  expect(of('put_right')).toBe('改好了');
  expect(of('proposed', { status: 'posted', points: -2 })).toBe('没改,扣了 2 分');
  expect(of('proposed', { status: 'submitted', points: -2 })).toBe('没改,等评议');
});
