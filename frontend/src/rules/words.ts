/** What a rule gives and under which conditions, in the words of the village. */
import type { Rule } from '../api/types';
import { points, signed } from '../points';
import type { Span } from '../periods';
import { proofWords, unitWords } from '../words';
import { deducts, type Used } from './worth';

export const now: Record<Span, string> = {
  day: '今天',
  week: '本周',
  month: '本月',
  quarter: '本季',
  year: '今年',
};
export const every: Record<Span, string> = {
  day: '每天',
  week: '每周',
  month: '每月',
  quarter: '每季',
  year: '每年',
};

/** 3–20, or 3 when they are all the same. */
function between(values: number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? points(least) : `${points(least)}–${points(most)}`;
}

/** What stands on a chip: +5, −2, 加 3–20 分, 最多加 50 分, 每 100 元加 1 分, 否决. */
export function worthWords(rule: Rule): string {
  switch (rule.kind) {
    case 'deduction':
      return signed(-rule.points);
    case 'ladder':
      return `最多加 ${points(rule.points)} 分`;
    case 'degrees':
      return `加 ${between(rule.degrees.map((one) => one.points))} 分`;
    case 'degrees_off':
      return `扣 ${between(rule.degrees.map((one) => one.points))} 分`;
    case 'bands': {
      const per = new Set(rule.bands.map((band) => band.per));
      return per.size === 1
        ? `每 ${points([...per][0]!)} ${rule.unit}加 ${between(rule.bands.map((band) => band.points))} 分`
        : '按数额加分';
    }
    case 'veto':
      return '否决';
    default:
      return signed(rule.points);
  }
}

/** What a veto does. */
export function vetoWords({ veto }: Rule): string {
  if (!veto) return '';
  return [
    veto.lowers_to && `评星最高${veto.lowers_to}`,
    veto.zeroes && `${now[veto.zeroes]}的分清零`,
    veto.blocks_years && `${veto.blocks_years} 年不能换东西`,
  ]
    .filter(Boolean)
    .join('、');
}

/** Below the name of a deed: what a person should know before choosing it. */
export function termsWords(rule: Rule): string {
  return [
    ['ladder', 'bands', 'veto'].includes(rule.kind) ? '' : unitWords(rule),
    rule.per_person ? '按人数算' : '',
    vetoWords(rule),
    proofWords(rule),
    rule.warn_first ? '先劝导' : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

const most = (window: Span, count: string) => `${every[window]}最多 ${count}`;
const unitOf = (rule: Rule) => (rule.unit.endsWith('次') ? '次' : rule.unit);

/** The steps of a ladder and where the household stands on it; the bands of amounts. */
function shapeWords(rule: Rule, used: Used): string {
  if (rule.kind === 'bands') {
    return rule.bands
      .map(({ from, per, points: each }, at) => {
        const rate = `每 ${points(per)} ${rule.unit} ${points(each)} 分`;
        if (at) return `${points(from)} ${rule.unit}以上的部分${rate}`;
        return from > per ? `满 ${points(from)} ${rule.unit}算起,${rate}` : rate;
      })
      .join(';');
  }
  if (rule.kind !== 'ladder') return '';
  const unit = unitOf(rule);
  const when = rule.window ? now[rule.window] : '';
  if (used === null) {
    const steps = rule.steps.map(
      (step) => `满 ${points(step.units)} ${unit} ${points(step.points)} 分`,
    );
    return `${rule.window ? every[rule.window] : ''}${steps.join('、')}`;
  }
  const at = rule.steps.findIndex((step) => step.units > used);
  const next = rule.steps[at];
  if (!next) return `${when}已到最高一档`;
  const more = next.points - (rule.steps[at - 1]?.points ?? 0);
  return `${when}已有 ${points(used)} ${unit},满 ${points(next.units)} ${unit}再加 ${points(more)} 分`;
}

/** In the bar, beside the rule's own cap: what else decides how much it will be. */
export function conditionWords(rule: Rule, used: Used): string[] {
  const { points_cap, category_cap, category_points_cap, repeat_doubles } = rule;
  const verb = deducts(rule) ? '扣' : '加';
  const cap = (one: typeof points_cap) =>
    one ? `${every[one.window]}最多${verb} ${points(one.points)} 分` : '';
  return [
    shapeWords(rule, used),
    vetoWords(rule),
    cap(points_cap),
    category_cap
      ? `这一类${most(category_cap.window, `${points(category_cap.units)} ${unitOf(rule)}`)}`
      : '',
    category_points_cap ? `这一类${cap(category_points_cap)}` : '',
    repeat_doubles ? `${now[repeat_doubles]}再犯加倍` : '',
    rule.highest_of ? '同一天只算分最高的一项' : '',
  ].filter(Boolean);
}
