import { expect, test } from 'vitest';
import { budgetLine, isNear } from './budget';

test('the month is said with what the town granted', () => {
  expect(budgetLine({ limit: 9500, granted: 500, used: 8420 })).toBe(
    '本月已给 8,420 分,上限 10,000 分',
  );
  expect(budgetLine({ limit: null, granted: 0, used: 5 })).toBe('本月已给 5 分');
});

test('from four fifths on it is near', () => {
  expect(isNear({ limit: 100, granted: 0, used: 79.99 })).toBe(false);
  expect(isNear({ limit: 100, granted: 0, used: 80 })).toBe(true);
  expect(isNear({ limit: 100, granted: 100, used: 80 })).toBe(false);
  expect(isNear({ limit: null, granted: 0, used: 80 })).toBe(false);
});
