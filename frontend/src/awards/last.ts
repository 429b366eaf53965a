/** The deed this person recorded last on this phone, offered again; and who has recorded the same before. */
import type { Rule, StatementLine } from '../api/types';
import { dayWords, daysBefore } from '../periods';
import { earns } from '../rules/worth';
import { mine } from '../session.svelte';
import { amountWords } from '../words';
import type { Deed } from './submit';

export interface Last {
  rule_id: string;
  quantity: number;
  degree?: string;
  note?: string;
}

export function rememberLast({ rule_id, quantity, degree, note }: Deed): void {
  mine.keep('last_deed', { rule_id, quantity, degree, note });
}

/** It, while its rule is in force as it was. */
export function lastDeed(rules: Rule[]): { rule: Rule; last: Last } | null {
  const last = mine.kept<Last | null>('last_deed', null);
  const rule = rules.find((one) => one.id === last?.rule_id);
  if (!last || !rule || !earns(rule)) return null;
  const fits = rule.degrees.length
    ? rule.degrees.some((one) => one.name === last.degree)
    : !last.degree;
  return fits ? { rule, last } : null;
}

/** 参加清扫(县) 2 小时 */
export const lastWords = (rule: Rule, { quantity, degree }: Last) =>
  `${rule.name}${degree ? `(${degree})` : ''}${amountWords(quantity, rule.unit)}`;

/** 今天, 昨天, 11月3日 */
export function onDay(day: string, today: string): string {
  if (day === today) return '今天';
  return day === daysBefore(today, 1) ? '昨天' : dayWords(day, today);
}

type Line = Pick<StatementLine, 'kind' | 'reversed' | 'rule_id' | 'occurred_on' | 'recorder_name'>;

/** The sentence about the same deed of the same day among the newest entries; empty when there is none. */
export function recordedBefore(
  lines: Line[],
  rule: string,
  day: string,
  today: string,
  myName: string,
): string {
  const found = lines.find(
    (line) =>
      line.kind === 'award' && !line.reversed && line.rule_id === rule && line.occurred_on === day,
  );
  if (!found) return '';
  const who = found.recorder_name === myName ? '您' : found.recorder_name;
  return `${onDay(day, today)}的这一项,${who}已经给这一户记过了。`;
}
