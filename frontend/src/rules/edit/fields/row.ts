/** A form as data: what can be said, in which words, and what saying it changes. One component shows it. */
import { every, now } from '../../words';
import type { Window } from '../draft';

interface Labelled {
  label: string;
  /** Problems and alarms of this field stand below the row. */
  field?: string;
  /** The label is read out only: what stands above says it already. */
  bare?: boolean;
}
export interface NumberRow extends Labelled {
  is: 'number';
  value: number | null;
  set: (value: number | null) => void;
  unit?: string;
  least?: number;
  most?: number;
  /** Days, years, per cent: nothing behind the point. */
  whole?: boolean;
  /** May be left empty. */
  optional?: boolean;
}
export type Row =
  | NumberRow
  | (Labelled & { is: 'switch'; on: boolean; set: (on: boolean) => void; inside?: Row[] })
  | (Labelled & { is: 'select'; value: string; set: (value: string) => void; options: Words })
  | (Labelled & {
      is: 'choice';
      picked: (value: string) => boolean;
      set: (value: string) => void;
      options: Words;
    })
  | (Labelled & {
      is: 'text';
      value: string;
      set: (value: string) => void;
      characters: number;
      long?: boolean;
    })
  | (Labelled & { is: 'group'; inside: Row[] })
  | (Labelled & { is: 'button'; run: () => void; link?: boolean })
  | (Labelled & { is: 'words' });

export type Words = [value: string, words: string][];

export const wordsOf = (words: Record<string, string>): Words => Object.entries(words);

export const number = (
  label: string,
  unit: string,
  value: number | null | undefined,
  set: (value: number | null) => void,
  more: Partial<NumberRow> = {},
): Row => ({ is: 'number', label, unit, value: value ?? null, set, ...more });

/** Years and days: whole numbers from 1. */
export const count = (
  label: string,
  unit: string,
  value: number | null | undefined,
  set: (value: number | null) => void,
  most: number,
  more: Partial<NumberRow> = {},
): Row => number(label, unit, value, set, { whole: true, least: 1, most, ...more });

export const toggle = (
  label: string,
  on: boolean,
  set: (on: boolean) => void,
  inside: Row[] = [],
  field?: string,
): Row => ({ is: 'switch', label, on, set, inside, field });

export const window = (
  label: string,
  value: Window | null,
  set: (value: Window) => void,
  words: typeof every = every,
): Row => ({
  is: 'select',
  label,
  value: value ?? 'year',
  set: (value) => set(value as Window),
  options: wordsOf(words),
});
export const presentWindow = (
  label: string,
  value: Window | null,
  set: (value: Window) => void,
): Row => window(label, value, set, now);

export const text = (
  label: string,
  value: string | null | undefined,
  set: (value: string) => void,
  characters: number,
  more: { field?: string; long?: boolean; bare?: boolean } = {},
): Row => ({ is: 'text', label, value: value ?? '', set, characters, ...more });

interface Limit {
  window: Window;
  units?: number;
  points?: number;
}

/** So many units, or points, in a window. */
export const limited = <L extends Limit>(
  label: string,
  unit: string,
  limit: L | null | undefined,
  first: L,
  set: (limit: L | null) => void,
  field: string,
): Row =>
  toggle(
    label,
    !!limit,
    (on) => set(on ? first : null),
    limit
      ? [
          window('多久算一回', limit.window, (window) => set({ ...limit, window })),
          number('最多', unit, limit.units ?? limit.points, (value) =>
            set({ ...limit, [limit.units === undefined ? 'points' : 'units']: value }),
          ),
        ]
      : [],
    field,
  );

/** Steps, bands, degrees, grades: lines that can be added and taken out. */
export const lines = <L extends object>(
  label: string,
  one: string,
  most: number,
  all: L[],
  rows: (line: L, set: (change: Partial<L>) => void) => Row[],
  next: () => L,
  set: (all: L[]) => void,
  field: string,
): Row[] => [
  { is: 'words', label },
  ...all.map((line, at): Row => {
    const inside = rows(line, (change) => Object.assign(line, change));
    const name = `第 ${at + 1} ${one}`;
    const run = () => set(all.filter((other) => other !== line));
    if (all.length > 1) inside.push({ is: 'button', link: true, label: `去掉${name}`, run });
    return { is: 'group', label: name, inside };
  }),
  ...(all.length < most
    ? [
        {
          is: 'button',
          label: `再加一${one}`,
          run: () => set([...all, next()]),
          field,
        } satisfies Row,
      ]
    : []),
];
