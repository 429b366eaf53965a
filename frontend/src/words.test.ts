import { expect, test } from 'vitest';
import type { Award } from './api/types';
import { amountWords, deedWords } from './words';

test('a quantity is said where it says something', () => {
  expect(amountWords(3, '小时')).toBe(' 3 小时');
  expect(amountWords(0.5, '小时')).toBe(' 0.5 小时');
  expect(amountWords(1, '人次')).toBe('');
  expect(amountWords(0, '处')).toBe('');
  expect(amountWords(null, null)).toBe('');
});

test('a deed is said with its degree, how much and for how many', () => {
  const award = { rule_name: '获得表彰', degree: '县', quantity: 1, unit: '次', people: null };
  expect(deedWords(award as Award)).toBe('获得表彰(县)');
  expect(deedWords({ ...award, degree: null, quantity: 3, people: 2 } as Award)).toBe(
    '获得表彰 3 次 按 2 人',
  );
});
