/** Where the points went, in plain sentences. */
import type { Concentration } from '../api/types';
import { points } from '../points';

export function sentences(found: Concentration): string[] {
  const { top_households: top, top_rules: rules, office } = found;
  if (!found.awards) return ['这段时间还没有给过分。'];
  const [most] = rules;
  const times =
    office.households_percent > 0
      ? Math.round((office.percent / office.households_percent) * 10) / 10
      : 0;
  return [
    `一共给了 ${points(found.points)} 分,${found.awards} 件;${found.households} 户里有 ${found.receiving} 户得过分。`,
    `前 ${top.length} 户拿了全村 ${points(found.top_households_percent)}% 的分。`,
    most ? `给分最多的是「${most.name}」,占 ${points(most.percent)}%。` : '',
    office.households
      ? `任职的人自己家占 ${points(office.households_percent)}% 的户、${points(office.percent)}% 的分${times >= 1.5 ? `,是平均的 ${times} 倍` : ''}。`
      : '',
  ].filter(Boolean);
}
