/**
 * A draft while it is being written. An item holds what every shape needs, so that trying another shape
 * and coming back loses nothing; what goes to the server holds only what its shape uses.
 */
import type {
  Decisions,
  FieldProblem,
  Rule,
  RuleAlarm,
  RuleSetDetail,
  TemplateLimits,
} from '../../api/types';

export type Kind = Rule['kind'];
export type Window = NonNullable<Rule['window']>;

/** An item without its place, as the server takes it; new ones have no identity. */
export type Written = Omit<Rule, 'id' | 'position' | 'points'> & {
  id: string | null;
  points: number | null;
};
/** `key` tells items apart on this phone. */
export type Item = Written & {
  key: string;
  /** What a shape was lent when it was chosen, and what stood there before. */
  lent?: { was: Lent; given: Lent };
};
type Lent = Pick<Written, 'unit' | 'cap' | 'review'>;

export interface Draft {
  revision: number;
  title: string;
  items: Item[];
  decisions: Decisions;
  limits: TemplateLimits | null;
}

let keys = 0;
const keyed = (written: Written): Item => ({ ...written, key: `item-${++keys}` });

export const draftOf = ({ revision, title, items, decisions, limits }: RuleSetDetail): Draft => ({
  revision,
  title,
  items: gathered(items.map(({ position: _, ...rule }) => keyed(rule))),
  decisions,
  limits: limits ?? null,
});

/** A draft that a phone kept; keys of another visit could be given twice. */
export const revived = (draft: Draft): Draft => ({
  ...draft,
  items: draft.items.map((item) => keyed(item)),
});

/** What the server is sent. */
export const bodyOf = ({ revision, title, items, decisions, limits }: Draft) => ({
  revision,
  title,
  items: gathered(items).map(fitted),
  decisions,
  limits,
});

export const blank = (category: string): Item =>
  keyed({
    id: null,
    category,
    name: '',
    kind: 'addition',
    points: 1,
    points_per_spot: null,
    steps: [],
    bands: [],
    degrees: [],
    percent: null,
    window: null,
    veto: null,
    unit: '次',
    cap: null,
    points_cap: null,
    category_cap: null,
    category_points_cap: null,
    repeat_doubles: null,
    highest_of: null,
    validity: null,
    per_person: false,
    late_days: null,
    proofs: ['none'],
    review: 'none',
    redeemable: true,
    warn_first: null,
    indoor_may_be_skipped: false,
    remark: null,
  });

export const byDegree = (kind: Kind) => kind === 'degrees' || kind === 'degrees_off';
export const takes = (kind: Kind) => kind === 'deduction' || kind === 'degrees_off';
/** Its points come from no deed: nothing is counted, limited or repeated. */
export const isClosed = (kind: Kind) => ['base', 'top_share', 'veto'].includes(kind);
export const hasWindow = (kind: Kind) => ['ladder', 'base', 'top_share'].includes(kind);
export const hasPoints = (kind: Kind) =>
  ['addition', 'deduction', 'inspection', 'base', 'top_share'].includes(kind);

/** Makes another shape of an item: keeps what fits, gives what the shape cannot be without. */
export function turnInto(item: Item, kind: Kind): void {
  giveBack(item);
  item.kind = kind;
  const was = lendable(item);
  const one = item.points || 1;
  if (hasPoints(kind)) item.points = one;
  if (kind === 'inspection') {
    item.points_per_spot ??= Math.min(1, one);
    item.cap ??= { units: 1, window: 'month' };
  }
  if (kind === 'ladder' && !item.steps.length) item.steps = [{ units: 1, points: one }];
  if (kind === 'bands' && !item.bands.length) {
    item.bands = [{ from: 100, to: null, per: 100, points: one }];
    item.unit = '元';
  }
  if (byDegree(kind) && !item.degrees.length) item.degrees = [{ name: '一般', points: one }];
  if (kind === 'top_share') item.percent ??= 10;
  if (hasWindow(kind)) item.window ??= 'year';
  if (kind === 'veto') item.veto ??= { lowers_to: null, zeroes: null, blocks_years: 1 };
  if (takes(kind) || kind === 'veto') {
    if (item.review === 'none') item.review = 'assembly';
  }
  item.lent = { was, given: lendable(item) };
}

const lendable = ({ unit, cap, review }: Item): Lent => ({
  unit,
  cap: cap ? { ...cap } : null,
  review,
});

/** What the last shape was lent goes with it, where nobody has changed it since. */
function giveBack(item: Item): void {
  if (!item.lent) return;
  const { was, given } = item.lent;
  const now = lendable(item);
  const stands = (name: keyof Lent) => JSON.stringify(now[name]) === JSON.stringify(given[name]);
  if (stands('unit')) item.unit = was.unit;
  if (stands('cap')) item.cap = was.cap;
  if (stands('review')) item.review = was.review;
}

/** The item with nothing that its shape has no use for: the server refuses misplaced fields. */
export function fitted({ key: _, lent: __, ...item }: Item): Written {
  const { kind } = item;
  const open = !isClosed(kind);
  const degrees = byDegree(kind) ? item.degrees : [];
  const by_degree = (item.validity?.by_degree ?? []).filter((one) =>
    degrees.some((degree) => degree.name === one.degree),
  );
  const years = item.validity?.years ?? null;
  return {
    ...item,
    points: hasPoints(kind) ? item.points : null,
    points_per_spot: kind === 'inspection' ? item.points_per_spot : null,
    indoor_may_be_skipped: kind === 'inspection' && item.indoor_may_be_skipped,
    steps: kind === 'ladder' ? item.steps : [],
    bands: kind === 'bands' ? item.bands : [],
    degrees,
    percent: kind === 'top_share' ? item.percent : null,
    window: hasWindow(kind) ? item.window : null,
    veto:
      kind === 'veto' && item.veto
        ? { ...item.veto, lowers_to: item.veto.lowers_to?.trim() || null }
        : null,
    redeemable: kind !== 'base' && item.redeemable,
    cap: open ? item.cap : null,
    points_cap: open ? item.points_cap : null,
    category_cap: open ? item.category_cap : null,
    category_points_cap: open ? item.category_points_cap : null,
    repeat_doubles: open ? item.repeat_doubles : null,
    highest_of: (open && item.highest_of?.trim()) || null,
    late_days: open ? item.late_days : null,
    warn_first: takes(kind) ? item.warn_first : null,
    unit: item.unit.trim() || '次',
    per_person: kind !== 'veto' && item.per_person,
    validity: kind !== 'veto' && (years || by_degree.length) ? { years, by_degree } : null,
  };
}

/** Items for which a cap of the item's category holds as well: those that give, or those that take, there. */
export const cappedWith = (items: Item[], item: Item): Item[] =>
  items.filter(
    (one) =>
      one.category.trim() === item.category.trim() &&
      !isClosed(one.kind) &&
      takes(one.kind) === takes(item.kind),
  );

/** Items of one category side by side, as they hang on the wall. */
export function gathered<T extends { category: string }>(items: T[]): T[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const category = item.category.trim();
    groups.set(category, [...(groups.get(category) ?? []), item]);
  }
  return [...groups.values()].flat();
}

export const categories = (items: Item[]): string[] => [
  ...new Set(items.map((item) => item.category.trim()).filter(Boolean)),
];

/** One place up (−1) or down (1) among those of its category; the same list at its ends. */
export function moved(items: Item[], item: Item, by: -1 | 1): Item[] {
  const at = items.indexOf(item);
  const other = items[at + by];
  if (!other || other.category !== item.category) return items;
  const after = [...items];
  [after[at], after[at + by]] = [other, item];
  return after;
}

/** A whole category before the one above it. */
export function lifted(items: Item[], category: string): Item[] {
  const order = categories(items);
  const at = order.indexOf(category);
  if (at < 1) return items;
  const above = order[at - 1];
  const first = items.findIndex((item) => item.category === above);
  const inside = items.filter((item) => item.category === category);
  const rest = items.filter((item) => item.category !== category);
  return [...rest.slice(0, first), ...inside, ...rest.slice(first)];
}

export const inserted = (items: Item[], at: number, item: Item): Item[] => [
  ...items.slice(0, at),
  item,
  ...items.slice(at),
];

const nameCharactersMax = 60;

/** A copy right below, with a name of its own. */
export function copied(items: Item[], item: Item): Item[] {
  const taken = (name: string) =>
    items.some((one) => one.category === item.category && one.name === name);
  const stem = item.name.replace(/（\d+）$/, '');
  const named = (number: number) =>
    `${[...stem].slice(0, nameCharactersMax - 4).join('')}（${number}）`;
  let number = 2;
  while (taken(named(number))) number += 1;
  const like = JSON.parse(JSON.stringify(item)) as Item;
  return inserted(
    items,
    items.indexOf(item) + 1,
    keyed({ ...like, id: null, name: named(number) }),
  );
}

/** Where a problem belongs: `items[3].points` is the fourth item's `points`. */
export interface Trouble {
  /** Null for the draft as a whole. */
  key: string | null;
  field: string;
  message: string;
  /** What stood there: once it has been changed, the problem is out of date. */
  stood: string;
}

export function troubles(draft: Draft, problems: FieldProblem[]): Trouble[] {
  const items = gathered(draft.items);
  return problems.map(({ field, message }) => {
    const [, at, name = ''] = /^items\[(\d+)\]\.?(.*)$/.exec(field) ?? [];
    const item = at === undefined ? undefined : items[Number(at)];
    const trouble = { key: item?.key ?? null, field: item ? name : field, message };
    return { ...trouble, stood: standing(draft, trouble) };
  });
}

/** What stands in the field now. */
export function standing(draft: Draft, { key, field }: Pick<Trouble, 'key' | 'field'>): string {
  const from: unknown = key ? draft.items.find((item) => item.key === key) : draft;
  const value = field
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce<unknown>((inside, name) => (inside as Record<string, unknown> | null)?.[name], from);
  return JSON.stringify(value) ?? '';
}

/** The words of an alarm within the field's text; null once they stand there no longer. */
export function alarmed(
  item: Item,
  { field, start, end, words }: RuleAlarm,
): { before: string; words: string; after: string } | null {
  // The server counts characters; a string is made of halves of some of them.
  const text = [...textOf(item, field)];
  const cut = (from: number, to?: number) => text.slice(from, to).join('');
  return cut(start, end) === words ? { before: cut(0, start), words, after: cut(end) } : null;
}

function textOf(item: Item, field: string): string {
  const [, degree] = /^degrees\[(\d+)\]/.exec(field) ?? [];
  if (degree) return item.degrees[Number(degree)]?.name ?? '';
  if (field === 'veto.lowers_to') return item.veto?.lowers_to ?? '';
  return item[field as 'category' | 'name' | 'remark' | 'unit' | 'highest_of'] ?? '';
}

/** Items that read otherwise on two sides; null where a side has none. */
export function differences<T extends Written>(mine: T[], theirs: T[]): [T | null, T | null][] {
  const like = (one: T) => (other: T) =>
    one.id && other.id
      ? one.id === other.id
      : one.category === other.category && one.name === other.name;
  const same = (one: T, other: T) =>
    JSON.stringify({ ...fitted(one as unknown as Item), id: null }) ===
    JSON.stringify({ ...fitted(other as unknown as Item), id: null });
  const pairs: [T | null, T | null][] = mine.map((one) => [one, theirs.find(like(one)) ?? null]);
  const gone = theirs.filter((other) => !mine.some(like(other)));
  return [...pairs, ...gone.map((other): [null, T] => [null, other])].filter(
    ([one, other]) => !one || !other || !same(one, other),
  );
}
