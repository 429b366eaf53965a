/** A month on paper: what a cell says, where the keys lead, and what goes out. Nothing here asks the server. */
import type { Award, Household, NewAward, Rule } from '../api/types';
import { uuidV7 } from '../award-id';
import { points, quantityOf } from '../points';

/** Deeds across: as many as a sheet of paper has. */
export const columnsMax = 12;

export interface Column {
  /** Tells two columns of one rule apart. */
  key: string;
  rule_id: string;
  /** Day of the month as typed. */
  day: string;
}

/** What became of a cell that was sent. */
export interface Sent {
  id: string;
  status: Award['status'];
  points: number;
  clipped: number;
  late: boolean;
}

/** Everything that is kept on this machine until the sheet is done. */
export interface Draft {
  area: string;
  month: string;
  sheet: string;
  handledBy: string;
  columns: Column[];
  /** As typed, by household and column. */
  cells: Record<string, string>;
  sent: Record<string, Sent>;
  /** Under which id a request was first tried, by what it says. */
  tried: Record<string, string>;
}

export const emptyDraft = (month: string): Draft => ({
  area: '',
  month,
  sheet: '',
  handledBy: '',
  columns: [],
  cells: {},
  sent: {},
  tried: {},
});

export const cellKey = (household: string, column: string) => `${household} ${column}`;

export interface Amount {
  quantity: number;
  degree?: string;
  people?: number;
}

const ticks = /^[√✓✔vV]+$/;
const nothing = /^[-—–/0]?$/;
const plain = (text: string) => text.normalize('NFKC').replace(/\s/g, '');

/** What a cell says under its rule: null for nothing, `wrong` for what nobody can read. */
export function amountOf(text: string, rule: Rule): Amount | null | 'wrong' {
  const said = plain(text);
  if (nothing.test(said)) return null;
  if (rule.degrees.length) {
    const name = said.replace(/[×xX*]?[\d.]*$/, '');
    const count = said.slice(name.length).replace(/^[×xX*]/, '');
    const quantity = count ? quantityOf(count) : 1;
    const exact = rule.degrees.filter((one) => one.name === name);
    const near = rule.degrees.filter(
      (one) => name && (one.name.startsWith(name) || name.startsWith(one.name)),
    );
    const found = exact[0] ?? (near.length === 1 ? near[0] : undefined);
    return found && quantity ? { quantity, degree: found.name } : 'wrong';
  }
  if (ticks.test(said)) return rule.kind === 'bands' ? 'wrong' : { quantity: said.length };
  if (rule.per_person) {
    // The sheet has one number, and what differs from household to household is how many came.
    const people = Number(said.replace(/[人口]$/, ''));
    return Number.isInteger(people) && people >= 1 && people <= 99
      ? { quantity: 1, people }
      : 'wrong';
  }
  const quantity = quantityOf(said.endsWith(rule.unit) ? said.slice(0, -rule.unit.length) : said);
  return quantity === null ? 'wrong' : { quantity };
}

/** The day of a column; null when the month has no such day, or it is still to come. */
export function dayOf(column: Column, month: string, today: string): string | null {
  const number = Number(plain(column.day).replace(/[日号]$/, ''));
  if (!Number.isInteger(number) || number < 1 || number > daysIn(month)) return null;
  const day = `${month}-${String(number).padStart(2, '0')}`;
  return day <= today ? day : null;
}

const daysIn = (month: string) =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();

/** A cell that is to be recorded. */
export interface Entry {
  key: string;
  household: Household;
  rule: Rule;
  column: Column;
  request: Omit<NewAward, 'id'>;
}

export interface Reading {
  entries: Entry[];
  /** Cells that nobody can read, and columns whose day is missing although something stands there. */
  wrong: string[];
  dayless: string[];
}

/** Everything typed and not yet recorded. */
export function readDraft(
  draft: Draft,
  households: Household[],
  ruleOf: (id: string) => Rule | undefined,
  today: string,
): Reading {
  const reading: Reading = { entries: [], wrong: [], dayless: [] };
  for (const column of draft.columns) {
    const rule = ruleOf(column.rule_id);
    if (!rule) continue;
    const day = dayOf(column, draft.month, today);
    for (const household of households) {
      const key = cellKey(household.id, column.key);
      const amount = draft.sent[key] ? null : amountOf(draft.cells[key] ?? '', rule);
      if (amount === null) continue;
      if (amount === 'wrong') reading.wrong.push(key);
      else if (!day) {
        if (!reading.dayless.includes(column.key)) reading.dayless.push(column.key);
      } else {
        const request = {
          household_id: household.id,
          rule_id: rule.id,
          ...amount,
          occurred_on: day,
          ...(draft.handledBy.trim() && { handled_by: draft.handledBy.trim() }),
          ...(draft.sheet.trim() && { sheet: draft.sheet.trim() }),
        };
        reading.entries.push({ key, household, rule, column, request });
      }
    }
  }
  return reading;
}

/** The id under which a cell goes out: the one it was tried with before, as long as it says the same. */
export function idFor(tried: Record<string, string>, entry: Entry): string {
  const said = `${entry.key} ${JSON.stringify(entry.request)}`;
  return (tried[said] ??= uuidV7());
}

export interface Total {
  column: Column;
  rule: Rule;
  day: string;
  households: number;
  /** 12 人次 */
  amount: string;
}

/** What each column comes to, in the order of the columns. */
export function totals(entries: Entry[]): Total[] {
  const found = new Map<string, Entry[]>();
  for (const entry of entries) {
    found.set(entry.column.key, [...(found.get(entry.column.key) ?? []), entry]);
  }
  return [...found.values()].map((some) => {
    const [{ column, rule, request }] = some as [Entry];
    const sum = some.reduce(
      (all, one) => all + (one.request.people ?? one.request.quantity ?? 1),
      0,
    );
    const unit = some.some((one) => one.request.people) ? '人' : rule.unit;
    return {
      column,
      rule,
      day: request.occurred_on,
      households: some.length,
      amount: `${points(sum)} ${unit}`,
    };
  });
}

export interface Spot {
  row: number;
  column: number;
}

/**
 * Where a key leads from a cell. Enter and the arrows go as in a spreadsheet; left and right only when the
 * caret stands at that end. Behind the last row it goes on at the head of the next column.
 */
export function moved(
  key: string,
  at: Spot,
  size: { rows: number; columns: number },
  caret: { atStart: boolean; atEnd: boolean },
): Spot | null {
  const within = ({ row, column }: Spot) =>
    row >= 0 && row < size.rows && column >= 0 && column < size.columns ? { row, column } : null;
  switch (key) {
    case 'ArrowUp':
      return within({ row: at.row - 1, column: at.column });
    case 'ArrowDown':
      return within({ row: at.row + 1, column: at.column });
    case 'Enter':
      return (
        within({ row: at.row + 1, column: at.column }) ?? within({ row: 0, column: at.column + 1 })
      );
    case 'ArrowLeft':
      return caret.atStart ? within({ row: at.row, column: at.column - 1 }) : null;
    case 'ArrowRight':
      return caret.atEnd ? within({ row: at.row, column: at.column + 1 }) : null;
    default:
      return null;
  }
}

/** What stands under a cell that was recorded. */
export function sentWords({ status, points: given, clipped, late }: Sent): string {
  if (status !== 'posted') return '等评议';
  const sum = clipped > 0 ? `+${points(given)},到上限` : `+${points(given)}`;
  return late ? `${sum},补录` : sum;
}

export const likeKey = (one: { household_id: string; rule_id: string; occurred_on: string }) =>
  `${one.household_id} ${one.rule_id} ${one.occurred_on}`;

/** Cells that say of a household, a rule and a day what a cell before them has said. */
export function repeated(entries: Entry[]): Set<string> {
  const met = new Set<string>();
  const again = entries.filter(({ request }) => {
    const key = likeKey(request);
    return met.has(key) || !met.add(key);
  });
  return new Set(again.map((one) => one.key));
}
