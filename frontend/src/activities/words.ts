/** Activities in the words of the village. */
import type { Activity, ActivityPage, AttendanceRow, Household, Rule } from '../api/types';
import { change, points } from '../points';
import { dayWords } from '../periods';
import { statusWords } from '../words';

/** Rules under which people can be awarded for coming. */
export const fits = (rule: Rule) => ['addition', 'ladder', 'degrees'].includes(rule.kind);

/** What one says of the number who came, before anybody is awarded. */
export function countingWords({ counting, quantity, unit }: Activity): string {
  const one = quantity === 1 ? '' : `${points(quantity)} ${unit}`;
  switch (counting) {
    case 'per_person':
      return `来几个人,按几个人算分${one && `,每人 ${one}`}。`;
    case 'units':
      return `来几个人,记几${unit}${quantity === 1 ? '' : `的 ${points(quantity)} 倍`}。`;
    default:
      return `一户记一次${one && `,记 ${one}`};来了几个人只写在备注里,不多加分。`;
  }
}

/** 11月22日 · 一组 · 村部门口 */
export function whenAndWhere({ held_on, area_name, place }: Activity): string {
  return [dayWords(held_on), area_name, place].filter(Boolean).join('\u00a0· ');
}

/** 来了 23 户 31 人 */
export const cameWords = (households: number, people: number) =>
  `来了 ${households} 户 ${people} 人`;

/** What closing gives, or gave: a sentence for all, and one for each thing that is not as usual. */
export function closingWords({ attendance }: ActivityPage): string[] {
  const awarded = attendance.flatMap(({ award }) => award ?? []);
  const posted = awarded.filter((award) => award.status !== 'submitted');
  const waiting = awarded.length - posted.length;
  const sum = posted.reduce((sum, award) => sum + award.points, 0);
  const clipped = posted.filter((award) => award.clipped > 0);
  const lost = clipped.reduce((sum, award) => sum + award.clipped, 0);
  const failed = attendance.filter((row) => row.failure).length;
  return [
    posted.length && `${posted.length} 户一共${change(sum)}。`,
    waiting && `${waiting} 户要等评议通过才算分。`,
    clipped.length && `${clipped.length} 户到了上限,少加 ${points(lost)} 分。`,
    failed && `${failed} 户记不上,原因写在后面。`,
  ].filter((words) => typeof words === 'string');
}

/** What came of one household. */
export function resultWords({ award, failure }: AttendanceRow): string {
  if (!award) return failure ?? '';
  if (award.status !== 'posted') return statusWords[award.status];
  const given = change(award.points);
  return award.clipped > 0 ? `${given},到上限` : given;
}

/** Households that stand behind what was typed: a door's number finds that door, anything else a name. */
export function found(households: Household[], typed: string): Household[] {
  const text = typed
    .trim()
    .replace(/[\uff10-\uff19]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
  if (!text) return households;
  if (/^\d+号?$/.test(text)) {
    const number = parseInt(text);
    return households.filter((one) => parseInt(/\d+/.exec(one.door ?? '')?.[0] ?? '') === number);
  }
  const within = (words: string | null) => !!words?.toLowerCase().includes(text.toLowerCase());
  return households.filter((one) => [one.name, one.alias, one.door, one.code].some(within));
}
