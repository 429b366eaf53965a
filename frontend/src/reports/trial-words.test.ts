import { expect, test } from 'vitest';
import type { TrialHousehold } from '../api/types';
import { differenceWords, movedWords } from './trial-words';

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
