/** What a village gives in a month, in words. */
import type { Budget } from '../../api/types';
import { points } from '../../points';

const warnedFrom = 0.8;

/** What may be given in all; null without a limit. */
export const mostOf = ({ limit, granted }: Pick<Budget, 'limit' | 'granted'>) =>
  limit === null ? null : limit + granted;

export const grouped = (value: number) => points(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** 本月已给 8,420 分,上限 10,000 分 */
export function budgetLine(budget: Pick<Budget, 'limit' | 'granted' | 'used'>): string {
  const most = mostOf(budget);
  const given = `本月已给 ${grouped(Math.max(0, budget.used))} 分`;
  return most === null ? given : `${given},上限 ${grouped(most)} 分`;
}

/** From four fifths on it is said everywhere. */
export function isNear(budget: Pick<Budget, 'limit' | 'granted' | 'used'>): boolean {
  const most = mostOf(budget);
  return most !== null && budget.used >= most * warnedFrom;
}
