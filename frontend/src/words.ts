/** Codes of the API in the words of the village. */
import type { Award, AwardStatus, Proof, Role, Rule, StatementLine, StepKind } from './api/types';
import { dayWords } from './periods';
import { points } from './points';

export const roleWords: Record<Role, string> = {
  grid_worker: '网格员',
  village_cadre: '村干部',
  panel_member: '评议员',
  supervisor: '村务监督委员会',
  town_admin: '镇管理员',
  county_admin: '县管理员',
};

export const statusWords: Record<AwardStatus, string> = {
  submitted: '等评议',
  returned: '被退回',
  rejected: '没同意',
  withdrawn: '已撤回',
  posted: '已记上',
  reversed: '已改正',
};

export const proofNames: Record<Proof, string> = {
  none: '',
  sign_in: '签到',
  photo: '照片',
  certificate: '证书',
  receipt: '票据',
  mediation: '调解书',
  both_sides: '双方确认',
  collective: '集体决定',
  penalty: '处罚决定',
};

/** 要照片; empty when nothing is asked. */
export function proofWords(rule: Rule): string {
  const wanted = rule.proofs.filter((proof) => proof !== 'none').map((proof) => proofNames[proof]);
  return wanted.length ? `要${wanted.join('或')}` : '';
}

/** 每小时; empty where a deed is simply counted. */
export function unitWords(rule: Rule): string {
  return ['次', '人次'].includes(rule.unit) ? '' : `每${rule.unit}`;
}

/** Behind the name of a deed: 3 小时; empty for one, and for an inspection that found nothing. */
export function amountWords(quantity: number | null, unit: string | null): string {
  return quantity === null || quantity === 0 || quantity === 1
    ? ''
    : ` ${points(quantity)} ${unit ?? ''}`;
}

type Deed = Pick<StatementLine, 'rule_name' | 'degree' | 'quantity' | 'unit' | 'people'>;

/** What was done: the deed, which degree, how much, for how many. */
export function deedWords({ rule_name, degree, quantity, unit, people }: Deed): string {
  const counted = amountWords(quantity, unit);
  return `${rule_name}${degree ? `(${degree})` : ''}${counted}${people === null ? '' : ` 按 ${people} 人`}`;
}

export const stepWords: Record<StepKind, string> = {
  approve: '通过',
  return: '退回',
  reject: '不同意',
  withdraw: '撤回',
  reverse: '改正',
  refold: '重算',
  resubmit: '改好再交',
};

/** 证书:县文明办 2026 年奖状 */
export function shownWords({ proof }: Award): string {
  return proof ? `${proofNames[proof.kind]}:${proof.words}` : '';
}

/** What the household was told before a deduction was proposed. */
export function warningWords({
  said_on,
  due_on,
  note,
  by_name,
}: NonNullable<Award['warning']>): string {
  const until = due_on === said_on ? '当场没改' : `${dayWords(due_on)}到期没改`;
  return `${dayWords(said_on)}${by_name}劝导过(${note}),${until}`;
}
