/** Codes of a rule in the words of whoever writes it. */
import type { Words } from './fields/row';

export const commonKinds: Words = [
  ['addition', '加分'],
  ['deduction', '扣分'],
  ['inspection', '评比'],
];
export const rareKinds: Words = [
  ['degrees', '分级加分'],
  ['degrees_off', '分级扣分'],
  ['ladder', '越多越高'],
  ['bands', '按数额'],
  ['base', '基础分'],
  ['top_share', '前几名奖励'],
  ['veto', '一票否决'],
];
export const proofs: Words = [
  ['none', '不用'],
  ['photo', '照片'],
  ['sign_in', '签到'],
  ['certificate', '证书'],
  ['receipt', '票据'],
  ['mediation', '调解书'],
  ['both_sides', '双方确认'],
  ['collective', '集体决定'],
  ['penalty', '处罚决定'],
];
export const reviews: Words = [
  ['none', '记了就算'],
  ['assembly', '评议会定'],
  ['double', '两个人先后审'],
];
