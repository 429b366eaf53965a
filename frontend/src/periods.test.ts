import { expect, test } from 'vitest';
import { daysBefore, dayWords, periodOf, periodWords, villageDay, windowStart } from './periods';

test('the day of the village is UTC+8 whatever the phone says', () => {
  expect(villageDay(Date.parse('2026-11-30T15:59:59Z'))).toBe('2026-11-30');
  expect(villageDay(Date.parse('2026-11-30T16:00:00Z'))).toBe('2026-12-01');
});

test('yesterday crosses months, years and leap days', () => {
  expect(daysBefore('2026-03-01', 1)).toBe('2026-02-28');
  expect(daysBefore('2028-03-01', 1)).toBe('2028-02-29');
  expect(daysBefore('2027-01-01', 1)).toBe('2026-12-31');
});

test('a day belongs to its month, quarter and year', () => {
  expect(periodOf('2026-11-20', 'month')).toBe('2026-11');
  expect(periodOf('2026-11-20', 'quarter')).toBe('2026-Q4');
  expect(periodOf('2026-03-31', 'quarter')).toBe('2026-Q1');
  expect(periodOf('2026-11-20', 'year')).toBe('2026');
});

test('windows begin on the first day; weeks on Monday', () => {
  expect(windowStart('2026-11-22', 'week')).toBe('2026-11-16');
  expect(windowStart('2026-11-23', 'week')).toBe('2026-11-23');
  expect(windowStart('2026-11-22', 'month')).toBe('2026-11-01');
  expect(windowStart('2026-12-31', 'quarter')).toBe('2026-10-01');
  expect(windowStart('2026-11-22', 'year')).toBe('2026-01-01');
});

test('days and periods are said as people say them', () => {
  expect(dayWords('2026-11-05', '2026-12-01')).toBe('11月5日');
  expect(dayWords('2025-11-05', '2026-12-01')).toBe('2025年11月5日');
  expect(['2026-11', '2026-Q4', '2026'].map(periodWords)).toEqual(['11 月', '四季度', '2026 年']);
});
