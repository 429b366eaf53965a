/** What a cap means for the next award, said in words before it bites. */
import type { Rule } from './api/types';
import { points, times } from './points';
import { windowStart, type Span } from './periods';

const now: Record<Span, string> = {
  day: '今天',
  week: '本周',
  month: '本月',
  quarter: '本季',
  year: '今年',
};
const every: Record<Span, string> = {
  day: '每天',
  week: '每周',
  month: '每月',
  quarter: '每季',
  year: '每年',
};

/** Units already used in the window of today; null when another window is meant or it is unknown. */
export type Used = number | null;

/** Usage is known for the windows of today only. */
export function usedOn(rule: Rule, used: number, today: string, day: string): Used {
  const span = rule.cap?.window;
  return span && day && windowStart(today, span) === windowStart(day, span) ? used : null;
}

export function capLine(rule: Rule, quantity: number, used: Used): string {
  if (!rule.cap) return rule.kind === 'addition' ? '次数不限' : '';
  const { units, window } = rule.cap;
  const when = now[window];
  const counted = rule.unit.endsWith('次');
  const unit = counted ? '次' : rule.unit;
  const most = `最多 ${points(units)} ${unit}`;
  if (used === null) return `${every[window]}${most}`;
  if (used >= units) return `${when} ${points(units)} ${unit}已满,再记不加分`;
  if (used + quantity > units) {
    return `${when}只能再加 ${points(units - used)} ${unit},多出的不算分`;
  }
  if (!counted || !Number.isInteger(used)) {
    return used > 0 ? `${when}已有 ${points(used)} ${unit},${most}` : `${when}${most}`;
  }
  const first = used + 1;
  return quantity > 1
    ? `${when}第 ${first} 到 ${points(used + quantity)} 次,${most}`
    : `${when}第 ${first} 次,${most}`;
}

/** Points the household would get, as far as the phone knows; deductions are negative. */
export function expectedPoints(rule: Rule, quantity: number, used: Used): number {
  const counts =
    rule.cap && used !== null ? Math.min(quantity, Math.max(0, rule.cap.units - used)) : quantity;
  return times(rule.points, counts) * (rule.kind === 'deduction' ? -1 : 1);
}
