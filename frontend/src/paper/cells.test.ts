import { expect, test } from 'vitest';
import type { Household } from '../api/types';
import { rule as ruleForTests } from '../rules/rule-for-tests';
import {
  amountOf,
  cellKey,
  dayOf,
  emptyDraft,
  idFor,
  moved,
  readDraft,
  sentWords,
  totals,
  type Draft,
} from './cells';

const cleaning = ruleForTests({ id: 'r1', name: '参加清扫', unit: '人次' });
const hours = ruleForTests({ id: 'r2', name: '志愿服务', unit: '小时' });
const homes = ['h1', 'h2', 'h3'].map((id) => ({ id, name: id }) as Household);
const ruleOf = (id: string) => [cleaning, hours].find((rule) => rule.id === id);

test('a cell says a number, a tick or a degree, and nothing where it is blank', () => {
  for (const [text, quantity] of [
    ['1', 1],
    [' 2.5 ', 2.5],
    ['２', 2],
    ['√', 1],
    ['√√', 2],
    ['3小时', 3],
  ] as const) {
    expect(amountOf(text, hours)).toEqual({ quantity });
  }
  for (const text of ['', ' ', '-', '0', '/']) expect(amountOf(text, hours)).toBeNull();
  for (const text of ['很多', '1.234', '-1']) expect(amountOf(text, hours)).toBe('wrong');
  const degrees = ruleForTests({
    kind: 'degrees',
    degrees: [
      { name: '村', points: 3 },
      { name: '县', points: 20 },
    ],
  });
  expect(amountOf('县级', degrees)).toEqual({ quantity: 1, degree: '县' });
  expect(amountOf('村×2', degrees)).toEqual({ quantity: 2, degree: '村' });
  expect(amountOf('√', degrees)).toBe('wrong');
  expect(amountOf('3', degrees)).toBe('wrong');
  const family = ruleForTests({ per_person: true });
  expect(amountOf('3人', family)).toEqual({ quantity: 1, people: 3 });
  expect(amountOf('100', family)).toBe('wrong');
  expect(amountOf('√', ruleForTests({ kind: 'bands', unit: '元' }))).toBe('wrong');
});

test('a day lies in the month and not ahead', () => {
  const of = (day: string) => dayOf({ key: 'a', rule_id: 'r1', day }, '2026-11', '2026-11-23');
  expect([of('3'), of('03'), of('3日'), of('23'), of('24'), of('31'), of('0'), of('')]).toEqual([
    '2026-11-03',
    '2026-11-03',
    '2026-11-03',
    '2026-11-23',
    null,
    null,
    null,
    null,
  ]);
});

function draft(cells: Record<string, string>): Draft {
  return {
    ...emptyDraft('2026-11'),
    sheet: ' 12 ',
    handledBy: '罗组长',
    columns: [
      { key: 'a', rule_id: 'r1', day: '3' },
      { key: 'b', rule_id: 'r2', day: '' },
      { key: 'c', rule_id: 'r1', day: '9' },
    ],
    cells,
  };
}

test('what is typed and not recorded goes out with its day, its sheet and who brought it', () => {
  const typed = draft({
    [cellKey('h1', 'a')]: '√',
    [cellKey('h2', 'a')]: '2',
    [cellKey('h3', 'a')]: '多',
    [cellKey('h1', 'b')]: '1',
    [cellKey('h1', 'c')]: '1',
  });
  typed.sent[cellKey('h1', 'c')] = {
    id: 'x',
    status: 'posted',
    points: 5,
    clipped: 0,
    late: false,
  };
  const reading = readDraft(typed, homes, ruleOf, '2026-11-23');
  expect(reading.entries.map((one) => one.request)).toEqual([
    {
      household_id: 'h1',
      rule_id: 'r1',
      quantity: 1,
      occurred_on: '2026-11-03',
      handled_by: '罗组长',
      sheet: '12',
    },
    {
      household_id: 'h2',
      rule_id: 'r1',
      quantity: 2,
      occurred_on: '2026-11-03',
      handled_by: '罗组长',
      sheet: '12',
    },
  ]);
  expect(reading.wrong).toEqual([cellKey('h3', 'a')]);
  expect(reading.dayless).toEqual(['b']);
  const [total] = totals(reading.entries);
  expect([total!.households, total!.amount, total!.day]).toEqual([2, '3 人次', '2026-11-03']);
});

test('a cell keeps its id as long as it says the same, also when it is read back from the machine', () => {
  const typed = draft({ [cellKey('h1', 'a')]: '1' });
  const first = readDraft(typed, homes, ruleOf, '2026-11-23').entries[0]!;
  const id = idFor(typed.tried, first);
  const again = JSON.parse(JSON.stringify(typed)) as Draft;
  expect(idFor(again.tried, readDraft(again, homes, ruleOf, '2026-11-23').entries[0]!)).toBe(id);
  again.cells[cellKey('h1', 'a')] = '2';
  expect(idFor(again.tried, readDraft(again, homes, ruleOf, '2026-11-23').entries[0]!)).not.toBe(
    id,
  );
});

test('keys lead as in a spreadsheet', () => {
  const size = { rows: 3, columns: 2 };
  const ends = { atStart: true, atEnd: true };
  const from = (key: string, row: number, column: number, caret = ends) =>
    moved(key, { row, column }, size, caret);
  expect(from('Enter', 0, 0)).toEqual({ row: 1, column: 0 });
  expect(from('Enter', 2, 0)).toEqual({ row: 0, column: 1 });
  expect(from('Enter', 2, 1)).toBeNull();
  expect(from('ArrowUp', 0, 0)).toBeNull();
  expect(from('ArrowDown', 1, 1)).toEqual({ row: 2, column: 1 });
  expect(from('ArrowRight', 1, 0)).toEqual({ row: 1, column: 1 });
  expect(from('ArrowRight', 1, 0, { atStart: true, atEnd: false })).toBeNull();
  expect(from('ArrowLeft', 1, 1)).toEqual({ row: 1, column: 0 });
  expect(from('Tab', 1, 1)).toBeNull();
});

test('a recorded cell says what became of it', () => {
  const sent = { id: 'x', status: 'posted', points: 5, clipped: 0, late: false } as const;
  expect(sentWords(sent)).toBe('+5');
  expect(sentWords({ ...sent, clipped: 5, points: 0 })).toBe('+0,到上限');
  expect(sentWords({ ...sent, late: true })).toBe('+5,补录');
  expect(sentWords({ ...sent, status: 'submitted' })).toBe('等评议');
});
