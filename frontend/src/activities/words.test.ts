import { expect, test } from 'vitest';
import type { Activity, ActivityPage, AttendanceRow, Household } from '../api/types';
import { closingWords, countingWords, found, resultWords } from './words';

const activity = (counting: Activity['counting'], quantity: number, unit: string) =>
  ({ counting, quantity, unit }) as Activity;

test('the number who came is said as the rule counts it', () => {
  expect(countingWords(activity('per_person', 1, '次'))).toBe('来几个人,按几个人算分。');
  expect(countingWords(activity('per_person', 3, '小时'))).toBe(
    '来几个人,按几个人算分,每人 3 小时。',
  );
  expect(countingWords(activity('units', 1, '人次'))).toBe('来几个人,记几人次。');
  expect(countingWords(activity('units', 2, '人次'))).toBe('来几个人,记几人次的 2 倍。');
  expect(countingWords(activity('noted', 3, '小时'))).toContain('一户记一次,记 3 小时');
});

const row = (points: number, clipped = 0, status = 'posted') =>
  ({ award: { id: '', points, clipped, status }, failure: null }) as AttendanceRow;
const failed = { award: null, failure: '这一户已经注销。' } as AttendanceRow;

test('what closing gives is said for all, and what is not as usual by itself', () => {
  const attendance = [row(10), row(5, 5), row(5, 0, 'submitted'), failed];
  expect(closingWords({ attendance } as ActivityPage)).toEqual([
    '2 户一共加 15 分。',
    '1 户要等评议通过才算分。',
    '1 户到了上限,少加 5 分。',
    '1 户记不上,原因写在后面。',
  ]);
  expect(attendance.map(resultWords)).toEqual([
    '加 10 分',
    '加 5 分,到上限',
    '等评议',
    '这一户已经注销。',
  ]);
});

test('a number finds a door and nothing beside it; letters find names', () => {
  const home = (name: string, door: string | null) =>
    ({ name, door, alias: null, code: 'LJP0019' }) as Household;
  const homes = [home('陈建桂', '19号'), home('李木生', '190号'), home('王凤云', '19-2号')];
  const names = (typed: string) => found(homes, typed).map((one) => one.name);
  expect(names('19')).toEqual(['陈建桂', '王凤云']);
  expect(names('１９号')).toEqual(['陈建桂', '王凤云']);
  expect(names('19-2')).toEqual(['王凤云']);
  expect(names('木生')).toEqual(['李木生']);
  expect(names('')).toHaveLength(3);
});
