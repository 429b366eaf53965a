import { expect, test } from 'vitest';
import type { TrialHousehold } from '../api/types';
import { rule } from '../rules/rule-for-tests';
import { differenceWords, movedWords, untriedWords } from './trial-words';

test('more and fewer points are said in words', () => {
  expect(differenceWords(10, 12.5)).toBe('多 2.5 分');
  expect(differenceWords(0.3, 0.1)).toBe('少 0.2 分');
  expect(differenceWords(3, 3)).toBe('一样多');
});

test('a smaller number is a better rank', () => {
  const moved = (rank_before: number, rank_after: number) =>
    movedWords({ rank_before, rank_after } as TrialHousehold);
  expect(moved(12, 3)).toBe('进 9 名');
  expect(moved(3, 12)).toBe('退 9 名');
  expect(moved(3, 3)).toBe('不变');
});

test('what is not tried is named, and nothing is said where all is tried', () => {
  const veto = (zeroes: 'year' | null) => ({ lowers_to: null, zeroes, blocks_years: 2 });
  const rules = [rule(), rule({ kind: 'base' }), rule({ kind: 'veto', veto: veto('year') })];
  expect(untriedWords(rules)).toBe('基础分、清零要到结算时才有,这里不算。');
  expect(untriedWords([rule(), rule({ kind: 'veto', veto: veto(null) })])).toBe('');
});
