import type { Rule, TrialHousehold } from '../api/types';
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

/** What no deed gives comes when a month or year is closed: a trial of deeds cannot show it. */
export function untriedWords(rules: Rule[]): string {
  const has = (is: (rule: Rule) => boolean) => rules.some(is);
  const names = [
    has((rule) => rule.kind === 'base') ? '基础分' : '',
    has((rule) => rule.kind === 'top_share') ? '前几名奖励' : '',
    has((rule) => !!rule.veto?.zeroes) ? '清零' : '',
  ].filter(Boolean);
  return names.length ? `${names.join('、')}要到结算时才有,这里不算。` : '';
}
