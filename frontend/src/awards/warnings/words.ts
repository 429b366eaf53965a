/** What is said about a warning, and the days it may give. */
import type { Rule, Warning } from '../../api/types';
import { daysBefore } from '../../periods';

const dayMs = 86_400_000;
/** Offered by one tap, where the rule lets them. */
const offered = [0, 3, 7];
/** A warning lasts a year at most. */
export const dueDaysMax = 365;

export const daysAfter = (day: string, days: number) => daysBefore(day, -days);

/** 还有 2 天, 今天到期, 已过期 1 天. */
export function leftWords(dueOn: string, today: string): string {
  const days = Math.round((Date.parse(dueOn) - Date.parse(today)) / dayMs);
  if (days > 0) return `还有 ${days} 天`;
  return days ? `已过期 ${-days} 天` : '今天到期';
}

/** The days that a rule gives at least. */
export function leastDays(rule: Rule): number {
  return Number(/^(\d+)_days$/.exec(rule.warn_first ?? '')?.[1] ?? 0);
}

/** The days that one tap gives; the first one is what the rule says. */
export function choices(rule: Rule): number[] {
  const least = leastDays(rule);
  const usual = rule.warn_first ? least : 3;
  return [usual, ...offered.filter((days) => days >= least && days !== usual)];
}

export const daysWords = (days: number) => (days ? `${days} 天` : '今天');

/** What became of it, in a few words. */
export function outcomeWords({ outcome, award }: Warning): string {
  if (outcome === 'put_right') return '改好了';
  const stands: Record<string, string> = {
    submitted: '等评议',
    returned: '退回来了',
    rejected: '评议没通过',
    withdrawn: '撤回了',
    posted: `扣了 ${Math.abs(award?.points ?? 0)} 分`,
    reversed: '扣错了,改正了',
  };
  return `没改,${stands[award?.status ?? ''] ?? '交了评议'}`;
}
