import { expect, test } from 'vitest';
import type { Concentration } from '../api/types';
import { sentences } from './concentration-words';

const found: Concentration = {
  area_id: 'v',
  since: '2026-08-01',
  until: '2026-11-23',
  points: 1000,
  awards: 200,
  households: 100,
  receiving: 80,
  top_households: Array.from({ length: 10 }, (_, at) => ({
    household_id: `${at}`,
    code: 'LJP0001',
    name: '陈建桂',
    points: 18,
    percent: 1.8,
  })),
  top_households_percent: 18,
  top_rules: [{ rule_id: 'r', name: '清扫', awards: 50, points: 250, percent: 25 }],
  office: { households: 5, households_percent: 5, points: 100, percent: 10, approved: [] },
};

test('it says in plain sentences where the points went', () => {
  expect(sentences(found)).toEqual([
    '一共给了 1000 分,200 件;100 户里有 80 户得过分。',
    '前 10 户拿了全村 18% 的分。',
    '给分最多的是「清扫」,占 25%。',
    '任职的人自己家占 5% 的户、10% 的分,是平均的 2 倍。',
  ]);
  expect(sentences({ ...found, awards: 0 })).toEqual(['这段时间还没有给过分。']);
});
