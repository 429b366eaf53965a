/** What a deed would give, as far as the phone knows: the server's arithmetic, for showing it beforehand. */
import type { CapUse, Rule } from '../api/types';
import { times } from '../points';

/** What was said about a deed. */
export interface Given {
  quantity: number;
  degree: string | null;
  /** Null when it differs from household to household. */
  people: number | null;
}

/** Units already used in the window of the day; null when unknown. */
export type Used = number | null;

export const deducts = (rule: Rule) => ['deduction', 'degrees_off', 'veto'].includes(rule.kind);
/** What is neither is judged on a round, or given without a deed: nobody chooses it. */
export const earns = (rule: Rule) => ['addition', 'ladder', 'bands', 'degrees'].includes(rule.kind);

/** The window in which the rule's own units are counted. */
export const unitsWindow = (rule: Rule) =>
  rule.cap?.window ?? (rule.kind === 'ladder' ? rule.window : null);

/** Units used in that window's present run. A rule may have been counted in another window before. */
export function unitsUsed(rule: Rule, caps: CapUse[]): number {
  const window = unitsWindow(rule);
  return caps.find((use) => use.rule_id === rule.id && use.window === window)?.units_used ?? 0;
}

/** What it gives hangs on other deeds of the household that the phone does not know. */
const dependsOnOthers = (rule: Rule) =>
  (rule.category_cap ?? rule.highest_of ?? rule.repeat_doubles) !== null;

/** Points the household would get; deductions are negative; null when they cannot be foretold. */
export function expectedPoints(rule: Rule, given: Given, used: Used): number | null {
  const counts =
    rule.cap && used !== null
      ? Math.min(given.quantity, Math.max(0, rule.cap.units - used))
      : given.quantity;
  const once = shaped(rule, counts, given.degree, used);
  if (once === null || (rule.per_person && given.people === null)) return null;
  const full = rule.per_person ? times(once, given.people!) : once;
  const most = Math.min(
    rule.points_cap?.points ?? Infinity,
    rule.category_points_cap?.points ?? Infinity,
  );
  const points = Math.min(full, most) * (deducts(rule) ? -1 : 1) || 0;
  // Other deeds only take from it, or double it: nothing stays nothing.
  return points && dependsOnOthers(rule) ? null : points;
}

function shaped(rule: Rule, units: number, degree: string | null, used: Used): number | null {
  switch (rule.kind) {
    case 'ladder':
      return used === null ? null : times(reached(rule, used + units) - reached(rule, used), 1);
    case 'bands':
      return banded(rule, units);
    case 'degrees':
    case 'degrees_off': {
      const found = rule.degrees.find((one) => one.name === degree);
      return found ? times(found.points, units) : null;
    }
    case 'veto':
      return 0;
    default:
      return times(rule.points, units);
  }
}

/** Points of the highest step that so many units reach. */
function reached(rule: Rule, units: number): number {
  return Math.max(
    0,
    ...rule.steps.filter((step) => step.units <= units).map((step) => step.points),
  );
}

/** The first band counts from zero once it is reached, each other what lies above the one before. */
function banded(rule: Rule, amount: number): number {
  let floor = 0;
  let points = 0;
  for (const band of rule.bands) {
    if (band.from > amount) break;
    const end = Math.min(amount, band.to ?? amount);
    const whole = Math.floor(Math.round((end - floor) * 100) / Math.round(band.per * 100));
    points += times(band.points, Math.max(0, whole));
    floor = end;
  }
  return points;
}
