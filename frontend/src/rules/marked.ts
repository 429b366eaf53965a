/** Which words of a rule an alarm means. */
import type { Rule, RuleAlarm } from '../api/types';

const fields: [start: string, label: string, text: (rule: Rule, at: number) => string | null][] = [
  ['category', '类别', (rule) => rule.category],
  ['name', '事项', (rule) => rule.name],
  ['remark', '说明', (rule) => rule.remark],
  ['unit', '单位', (rule) => rule.unit],
  ['degrees', '档次', (rule, at) => rule.degrees[at]?.name ?? null],
  ['highest_of', '取最高的一组', (rule) => rule.highest_of],
  ['veto', '否决', (rule) => rule.veto?.lowers_to ?? null],
];

export interface Marked {
  /** Which part of the item. */
  label: string;
  before: string;
  words: string;
  after: string;
}

/** The server counts characters, not the halves that a string is made of. */
export function marked(alarm: RuleAlarm, rules: Rule[]): Marked {
  const rule = rules.find((one) => one.position === alarm.position);
  const [, label = '', read] = fields.find(([start]) => alarm.field.startsWith(start)) ?? [];
  const at = Number(/\[(\d+)\]/.exec(alarm.field)?.[1] ?? 0);
  const text = [...((rule && read?.(rule, at)) ?? '')];
  const cut = (from: number, to?: number) => text.slice(from, to).join('');
  const words = cut(alarm.start, alarm.end);
  return words === alarm.words
    ? { label, before: cut(0, alarm.start), words, after: cut(alarm.end) }
    : { label, before: '', words: alarm.words, after: '' };
}
