import type { TrialHousehold } from '../api/types';
import { points } from '../points';

/** Before and after, in a word: 多 210 分, 少 5 分, 一样多. */
export function differenceWords(before: number, after: number): string {
  const difference = Math.round((after - before) * 100) / 100;
  if (!difference) return '一样多';
  return `${difference > 0 ? '多' : '少'} ${points(Math.abs(difference))} 分`;
}

/** 进 12 名, 退 3 名, 不变. A smaller number is a better rank. */
export function movedWords({ rank_before, rank_after }: TrialHousehold): string {
  if (rank_before === rank_after) return '不变';
  return rank_after < rank_before
    ? `进 ${rank_before - rank_after} 名`
    : `退 ${rank_after - rank_before} 名`;
}
