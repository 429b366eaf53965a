import { expect, test } from 'vitest';
import { amountWords } from './words';

test('a quantity is said where it says something', () => {
  expect(amountWords(3, '小时')).toBe(' 3 小时');
  expect(amountWords(0.5, '小时')).toBe(' 0.5 小时');
  expect(amountWords(1, '人次')).toBe('');
  expect(amountWords(0, '处')).toBe('');
  expect(amountWords(null, null)).toBe('');
});
