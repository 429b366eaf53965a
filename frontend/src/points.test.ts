import { expect, test } from 'vitest';
import { change, points, quantityOf, signed, times } from './points';

test('points show at most two decimals and no trailing zeros', () => {
  expect([5, 5.5, 5.25, 0, 0.1 + 0.2, 1.005 * 100].map(points)).toEqual([
    '5',
    '5.5',
    '5.25',
    '0',
    '0.3',
    '100.5',
  ]);
});

test('a change is said in words and never by a sign alone', () => {
  expect(change(5)).toBe('加 5 分');
  expect(change(-2.5)).toBe('扣 2.5 分');
  expect(signed(8)).toBe('+8');
  expect(signed(-10)).toBe('−10');
});

test('products are counted in hundredths', () => {
  expect(times(0.1, 3)).toBe(0.3);
  expect(times(5, 1.5)).toBe(7.5);
});

test('a typed quantity is a number above zero with at most two decimals', () => {
  expect([' 3 ', '2.5', '12', '1。5'].map(quantityOf)).toEqual([3, 2.5, 12, 1.5]);
  expect(['', '0', '-1', '1.234', '三', '1e9', '9999999'].map(quantityOf)).toEqual(
    Array(7).fill(null),
  );
});
