/** Why an award waits, in the words of the village. */
import type { Award, WaitReason } from '../api/types';
import { dayWords } from '../periods';
import { amountWords, statusWords } from '../words';

export const whyWords: Record<WaitReason, string> = {
  rule: '细则要评议',
  deduction: '扣分',
  own_household: '记录人自己家',
  proof: '缺证明',
  overdue: '过了补记的期限',
  crowd: '来的人比户里人多',
  large: '分大',
  alike: '像是记了两次',
  budget: '超过本月的上限',
  application: '户里报的',
  mended: '退回后改过',
};

/** All reasons of one award: 扣分、缺证明. */
export const whyLine = (award: Pick<Award, 'waits_because'>) =>
  award.waits_because.map((one) => whyWords[one]).join('、');

/** The other one: 赵某也记了:11月22日 2 人次,已记上; empty when there is none. */
export function alikeLine({ alike, unit }: Pick<Award, 'alike' | 'unit'>): string {
  if (!alike) return '';
  const amount = amountWords(alike.quantity, unit);
  return `${alike.recorded_by}也记了:${dayWords(alike.occurred_on)}${amount},${statusWords[alike.status]}`;
}

/** What needs a second look, and is not said elsewhere on a list. */
export const lookTwice = (award: Pick<Award, 'waits_because'>) =>
  award.waits_because
    .filter((one) => !['rule', 'proof', 'own_household', 'deduction', 'application'].includes(one))
    .map((one) => whyWords[one])
    .join('、');
