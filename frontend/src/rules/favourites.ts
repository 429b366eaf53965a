/**
 * Which deeds stand as chips: those the village put in front, then those this phone uses most, filled
 * up from the top of the table.
 */
import type { Rule } from '../api/types';
import { earns } from './worth';

const rememberedMax = 40;

export function favourites(rules: Rule[], used: string[], front: string[] = [], most = 6): Rule[] {
  const additions = rules.filter(earns);
  const first = front.flatMap((id) => additions.filter((rule) => rule.id === id));
  const uses = (rule: Rule) => used.filter((id) => id === rule.id).length;
  // Array sort is stable: rules used equally often keep the order of the table.
  const rest = additions
    .filter((rule) => !first.includes(rule))
    .sort((one, other) => uses(other) - uses(one));
  return [...first, ...rest].slice(0, Math.max(most, first.length));
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
