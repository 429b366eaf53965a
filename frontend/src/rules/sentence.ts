/**
 * A rule as it hangs on the wall: one sentence that says who gets what, when, how often, with which
 * proof and who decides. The village votes on this sentence, so nothing the server counts by is left out.
 */
import type { Rule } from '../api/types';
import { points } from '../points';
import { proofWords } from '../words';
import { every, vetoWords } from './words';
import { deducts } from './worth';

/** What of a rule is said; a draft has no identity, and a veto no points. */
export type Said = Omit<Rule, 'id' | 'position' | 'points'> & { points?: number | null };

type Window = NonNullable<Rule['window']>;

const inside: Record<Window, string> = {
  day: '同一天',
  week: '同一周',
  month: '同一个月',
  quarter: '同一季',
  year: '同一年',
};

/** A deed that is a refusal: 占道堆放 不清理. The warning stands between the two. */
const refusal =
  /^(.+?)[,，、]?(?:经?(?:多次)?(?:劝导|劝说|教育|提醒)后?)?[,，]?仍?(不(?:按时)?(?:清理|清除|清运|打扫|整改|改正|改|拆除|拆|搬走|搬离|收拾|处理|停止|归还|修复))的?$/u;

/** The sentence in the pieces that the columns of a printed table hold. */
export interface Pieces {
  deed: string;
  how: string[];
  limits: string[];
  conditions: string[];
  proof: string;
  decision: string[];
  remark: string;
}

export function pieces(rule: Said): Pieces {
  const remark = rule.remark?.trim().replace(/[。.;；]+$/, '');
  const some = (words: string[]) => words.filter(Boolean);
  return {
    deed: deed(rule),
    how: some([shape(rule)]),
    limits: some(limits(rule)),
    conditions: some(conditions(rule)),
    proof: proof(rule),
    decision: some(decision(rule)),
    remark: remark ? `（${remark}）` : '',
  };
}

export function sentence(rule: Said): string {
  const { deed, how, limits, conditions, proof, decision, remark } = pieces(rule);
  const said = [deed, ...how, ...limits, ...conditions, proof, ...decision].filter(Boolean);
  return `${said.join('，')}${remark}。`;
}

/** What the deed is; a deduction with the warning that comes first. */
function deed(rule: Said): string {
  const name = rule.name.trim().replace(/[。.;；,，]+$/, '') || '（还没写事项）';
  if (!deducts(rule as Rule)) return name;
  if (!rule.warn_first) return name.endsWith('的') ? name : `${name}的`;
  const days = /^(\d+)_days$/.exec(rule.warn_first)?.[1];
  const warned = days ? `经劝导 ${days} 天` : '当场劝导';
  const [, what, refused] = refusal.exec(name) ?? [];
  if (what) return `${what}，${warned}仍${refused}的`;
  return `${name}，${warned}${days ? '仍不改的' : '不听的'}`;
}

/** How it becomes points. */
function shape(rule: Said): string {
  const each = `每${rule.unit.trim() || '次'}`;
  const people = rule.per_person ? '每人' : '';
  const marks = `${points(rule.points ?? 0)} 分`;
  const window = every[rule.window ?? 'year'];
  switch (rule.kind) {
    case 'addition':
      return `${each}${people}加 ${marks}`;
    case 'deduction':
      return `${each}${people}扣 ${marks}`;
    case 'inspection':
      return `满分 ${marks}${people && `（${people}）`}，每发现一处扣 ${points(rule.points_per_spot ?? 0)} 分，扣完为止`;
    case 'ladder': {
      const steps = rule.steps.map(
        (step, at) =>
          `满 ${points(step.units)} ${rule.unit}${at ? '共' : ''}加 ${points(step.points)} 分`,
      );
      return `${window}${people}${steps.join('、')}`;
    }
    case 'bands':
      return bands(rule, people);
    case 'degrees':
    case 'degrees_off': {
      const degrees = rule.degrees.map((one) => `${one.name} ${points(one.points)} 分`).join('、');
      return `${each}${people}${rule.kind === 'degrees' ? '按等级加分' : '按轻重扣分'}：${degrees}`;
    }
    case 'base':
      return `${window}开头每户${rule.per_person ? '按人口每人' : ''}先记 ${marks}`;
    case 'top_share':
      return `${window}排在前 ${rule.percent ?? 0}% 的户，每户${people && '按人口'}${people}加 ${marks}`;
    case 'veto':
      return ['一票否决', vetoWords(rule as Rule)].filter(Boolean).join('：');
  }
}

function bands(rule: Said, people: string): string {
  const last = rule.bands.at(-1);
  const parts = rule.bands.map(({ from, per, points: each }, at) => {
    const rate = `每 ${points(per)} ${rule.unit}${people}加 ${points(each)} 分`;
    // The first counts from nothing once it is reached, the others what lies above the one before.
    if (at) return `超过 ${points(rule.bands[at - 1]?.to ?? from)} ${rule.unit}的部分${rate}`;
    return from > per ? `满 ${points(from)} ${rule.unit}起算，${rate}` : rate;
  });
  if (last?.to) parts.push(`超过 ${points(last.to)} ${rule.unit}的部分不再加`);
  return parts.join('；');
}

/** Where it stops counting. */
function limits(rule: Said): string[] {
  const { cap, points_cap, category_cap, category_points_cap } = rule;
  const verb = deducts(rule as Rule) ? '扣' : '加';
  const most = rule.kind === 'inspection' ? '最多评' : '最多算';
  const unit = rule.kind === 'inspection' ? '次' : rule.unit.trim() || '次';
  return [
    cap ? `${every[cap.window]}${most} ${points(cap.units)} ${unit}` : '',
    points_cap ? `${every[points_cap.window]}最多${verb} ${points(points_cap.points)} 分` : '',
    category_cap
      ? `「${rule.category}」各项合起来${every[category_cap.window]}最多算 ${points(category_cap.units)} ${unit}`
      : '',
    category_points_cap
      ? `「${rule.category}」各项合起来${every[category_points_cap.window]}最多${verb} ${points(category_points_cap.points)} 分`
      : '',
  ];
}

/** What changes the points, or what they are good for. */
function conditions(rule: Said): string[] {
  const again = deducts(rule as Rule) ? '再犯' : '再有';
  return [
    rule.repeat_doubles ? `${inside[rule.repeat_doubles]}${again}加倍` : '',
    rule.highest_of ? `「${rule.highest_of}」各项同一天只算分最高的一项` : '',
    rule.indoor_may_be_skipped ? '没进屋看的可以不评' : '',
    valid(rule),
    rule.redeemable || rule.kind === 'veto'
      ? ''
      : deducts(rule as Rule)
        ? '只扣累计分'
        : '只记累计分，不能换东西',
  ];
}

/** How long it counts for honour. */
function valid({ validity }: Said): string {
  if (!validity) return '';
  const named = validity.by_degree.map((one) => `${one.degree}算 ${one.years} 年`);
  if (validity.years) named.push(`${named.length ? '其他' : ''}算 ${validity.years} 年`);
  return named.length ? `在累计分里${named.join('、')}` : '';
}

/** What must be shown. */
function proof(rule: Said): string {
  const wanted = proofWords(rule as Rule);
  // Nobody encloses a signing-in.
  return wanted === '要签到' ? wanted : wanted.replace(/^要/, '附');
}

/** By when, and who decides. */
function decision(rule: Said): string[] {
  return [
    rule.late_days ? `过了 ${rule.late_days} 天才报的要上评议会` : '',
    rule.review === 'assembly' ? '评议会定' : rule.review === 'double' ? '两个人先后审' : '',
  ];
}
