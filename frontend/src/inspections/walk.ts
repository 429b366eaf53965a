/** A round as it is walked, without screen and network: who is next, and what was found is worth. */
import type { InspectionDoor, InspectionItem, Mark, Finding } from '../api/types';
import { points } from '../points';

/** What somebody says of a household, as it is kept on the phone and sent. */
export interface Said {
  revision: number;
  state: Mark['state'];
  findings: Finding[];
}

/** Where a household stands for the one who walks. */
export type Stand = 'open' | 'back' | 'done' | 'own';

/** Spots that bring an item to nothing: more would change nothing. */
export const spotsMax = (item: InspectionItem): number =>
  Math.min(99, Math.ceil(item.full_marks / item.points_per_spot - 1e-9));

export function itemPoints(item: InspectionItem, spots: number | null): number {
  if (spots === null) return 0;
  const left = Math.round(item.full_marks * 100) - Math.round(item.points_per_spot * 100) * spots;
  return Math.max(0, left) / 100;
}

/** 26 of 30; what was not looked at counts on neither side. */
export function worth(
  items: InspectionItem[],
  findings: { rule_id: string; spots: number | null }[],
): { points: number; of: number } {
  const hundredths = (value: number) => Math.round(value * 100);
  let [sum, of] = [0, 0];
  for (const item of items) {
    const spots = findings.find((one) => one.rule_id === item.rule_id)?.spots ?? null;
    if (spots === null) continue;
    sum += hundredths(itemPoints(item, spots));
    of += hundredths(item.full_marks);
  }
  return { points: sum / 100, of: of / 100 };
}

export const allWell = (items: InspectionItem[]): Finding[] =>
  items.map(({ rule_id }) => ({ rule_id, spots: 0, evidence: [] }));

/** What the last round found, as far as this one asks the same; null when it asks for something else. */
export function likeLast(items: InspectionItem[], door: InspectionDoor): Finding[] | null {
  const found: Finding[] = [];
  for (const { rule_id, indoor, photo } of items) {
    const last = door.previous?.findings.find((one) => one.rule_id === rule_id);
    if (!last || (last.spots === null && !indoor) || (photo && last.spots)) return null;
    found.push({ rule_id, spots: last.spots, evidence: [] });
  }
  return found;
}

/** The mark that stands: what is on the phone, unless the server heard something newer from this account. */
export function mine(door: InspectionDoor, kept: Said | undefined, me: string): Said | undefined {
  const known = door.marks.find((mark) => mark.judge_id === me);
  if (!known || (kept && kept.revision >= known.revision)) return kept;
  return { revision: known.revision, state: known.state, findings: known.findings ?? [] };
}

/** Judges beside this account who marked the household. */
export const others = (door: InspectionDoor, me: string): Mark[] =>
  door.marks.filter((mark) => mark.judge_id !== me && mark.state === 'marked');

export function stand(
  door: InspectionDoor,
  said: Said | undefined,
  me: string,
  judges: number,
): Stand {
  if (said?.state === 'marked' || others(door, me).length >= judges) return 'done';
  if (door.own) return 'own';
  return said?.state === 'nobody_home' ? 'back' : 'open';
}

/** Who is still to be called on: door by door, and at the end those who were not at home. */
export function ahead(doors: InspectionDoor[], standOf: (door: InspectionDoor) => Stand) {
  const of = (wanted: Stand) => doors.filter((door) => standOf(door) === wanted);
  return [...of('open'), ...of('back')];
}

/** The next one behind a door, or the first that is left. */
export function behind(
  doors: InspectionDoor[],
  left: InspectionDoor[],
  standOf: (door: InspectionDoor) => Stand,
  from: string,
): InspectionDoor | undefined {
  const at = doors.findIndex((door) => door.household_id === from);
  const next = doors.slice(at + 1).find((door) => standOf(door) === 'open');
  return next ?? left.find((door) => door.household_id !== from) ?? left[0];
}

/** Doors that a text leads to: a name, what people call them, a number. */
export function sought(doors: InspectionDoor[], text: string): InspectionDoor[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const names = ({ name, alias, door, code }: InspectionDoor) => [name, alias, door, code];
  return doors.filter((door) => names(door).some((one) => one?.toLowerCase().includes(wanted)));
}

/** How many households lost how much, the least first; what lies far behind stands together. */
export function spread(lost: number[], rowsMax = 6): { name: string; count: number }[] {
  const counts = new Map<number, number>();
  for (const one of lost) counts.set(one, (counts.get(one) ?? 0) + 1);
  const rows = [...counts].sort(([a], [b]) => a - b);
  const name = (value: number) => (value ? `扣 ${points(value)} 分` : '没扣分');
  const shown = rows.length > rowsMax ? rows.slice(0, rowsMax - 1) : rows;
  const rest = rows.slice(shown.length);
  const found = shown.map(([value, count]) => ({ name: name(value), count }));
  if (!rest.length) return found;
  const count = rest.reduce((sum, [, one]) => sum + one, 0);
  return [...found, { name: `扣 ${points(rest[0]![0])} 分以上`, count }];
}
