/** What a cap means for the next award, said in words before it bites. */
import type { Rule } from './api/types';
import { points } from './points';
import { windowStart } from './periods';
import { every, now } from './rules/words';
import { unitsWindow, type Used } from './rules/worth';

/** Usage is known for the windows of today only. */
export function usedOn(rule: Rule, used: number, today: string, day: string): Used {
  const span = unitsWindow(rule);
  return span && day && windowStart(today, span) === windowStart(day, span) ? used : null;
}

export function capLine(rule: Rule, quantity: number, used: Used): string {
  if (!rule.cap) {
    const limited = rule.points_cap ?? rule.category_cap ?? rule.category_points_cap;
    return ['addition', 'degrees'].includes(rule.kind) && !limited ? '次数不限' : '';
  }
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
