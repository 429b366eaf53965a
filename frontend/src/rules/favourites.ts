/** Which deeds stand as chips: those this phone uses most, filled up from the top of the table. */
import type { Rule } from '../api/types';
import { earns } from './worth';

const rememberedMax = 40;

export function favourites(rules: Rule[], used: string[], most = 6): Rule[] {
  const additions = rules.filter(earns);
  const uses = (rule: Rule) => used.filter((id) => id === rule.id).length;
  // Array sort is stable: rules used equally often keep the order of the table.
  return [...additions].sort((one, other) => uses(other) - uses(one)).slice(0, most);
}

export function remember(used: string[], id: string): string[] {
  return [id, ...used].slice(0, rememberedMax);
}

/** Rules by category in the order of the table. */
export function byCategory(rules: Rule[]): [category: string, rules: Rule[]][] {
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) {
    groups.set(rule.category, [...(groups.get(rule.category) ?? []), rule]);
  }
  return [...groups];
}
