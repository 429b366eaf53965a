import { expect, test } from 'vitest';
import type { Decisions, RuleSet } from '../api/types';
import { decisionsWords, editWords, factsWords, limitsWords, statusWords } from './set-words';

const year = new Date().getFullYear();
const set = (change: Partial<RuleSet>): RuleSet => ({
  id: 's1',
  area_id: 'v1',
  version: 2,
  title: '林家排村积分细则（第 2 版）',
  status: 'draft',
  revision: 1,
  drafted_at: `${year}-03-01T20:00:00Z`,
  drafted_by: '雷军',
  adopted_by: null,
  resolution: null,
  filing: null,
  issued_at: null,
  ...change,
});
const filing = {
  judges_from: `${year}-04-01`,
  filed_at: `${year}-03-20T01:00:00Z`,
  filed_by: '周敏',
  note: '凉镇备3号',
};
const resolution = {
  revision: 4,
  resolved_on: `${year}-03-10`,
  in_force_from: `${year}-03-15`,
  attendance: 46,
  votes_for: 44,
  votes_against: 1,
  votes_abstained: 1,
  minutes: '举手表决',
  noticed_from: `${year}-03-03`,
  noticed_until: `${year}-03-10`,
};

test('every stage has a word of its own', () => {
  expect(statusWords(set({}))).toBe('草稿');
  expect(statusWords(set({ status: 'adopted' }))).toBe('已表决,等镇里备案');
  expect(statusWords(set({ status: 'filed', filing }))).toBe('已备案,4月1日起');
  expect(statusWords(set({ status: 'in_force' }))).toBe('在用');
  expect(statusWords(set({ status: 'superseded' }))).toBe('已换');
  const issued_at = `${year}-03-01T18:00:00Z`;
  expect(statusWords(set({ status: 'issued', issued_at }))).toBe('模板,3月2日下发');
});

test('the facts say who decided what and when, by the day of the village', () => {
  expect(factsWords(set({}))).toEqual([['起草', '3月2日 雷军']]);
  expect(factsWords(set({ status: 'adopted', resolution }))).toEqual([
    ['表决', '3月10日,到会 46 人:赞成 44、反对 1、弃权 1'],
    ['公示', '3月3日到3月10日'],
    ['生效', '3月15日起按它记分,等备案'],
    ['起草', '3月2日 雷军'],
  ]);
  expect(factsWords(set({ status: 'filed', resolution, filing })).slice(2, 4)).toEqual([
    ['生效', '4月1日起按它记分'],
    ['备案', '3月20日 周敏(凉镇备3号)'],
  ]);
});

test('decisions and limits are sentences', () => {
  const decided: Decisions = {
    board_names: 'middle_masked',
    board_columns: ['month', 'rank'],
    objection_days: 7,
    negative_pending: false,
    expiry: { kind: 'years', years: 2 },
    quorum: 3,
    judges: 3,
    assembly_from: 20,
    month_points_max: 9000,
    cool_down_days: 3,
    applications_a_day: 2,
    stars: { by: 'share', grades: [{ name: '五星户', percent: 10 }] },
  };
  expect(decisionsWords(decided)).toEqual([
    '公示栏:名字中间遮住,加户编号;写本月得分、名次。',
    '公示 7 天内可以说分不对。',
    '还没公示的分最低扣到 0。',
    '没换东西的分满 2 年作废。',
    '评比由 3 个人打分,取平均。',
    '评议会至少要 3 人到。',
    '一次 20 分以上的,都要评议会定。',
    '一个月最多给 9000 分,不够再问镇里。',
    '前后 3 天里两个人记了同一件事,要评议。',
    '户里可以报好事,每户每天最多 2 次,都要评议。',
    '星级按名次:五星户占 10%。',
  ]);
  expect(limitsWords({ keep_items: true, own_items_max: 10, own_points_max: null })).toEqual([
    '模板里的事项,各村要照样写上。',
    '各村自己加的事项最多 10 条。',
  ]);
});

test('a revision says what it changed, and does not list a whole table', () => {
  const edit = {
    revision: 2,
    written_by: '雷军',
    written_at: '2026-11-23T02:05:00Z',
    decisions: false,
  };
  const none: string[] = [];
  expect(
    editWords({ ...edit, added: ['甲', '乙', '丙', '丁'], altered: ['戊'], dropped: none }),
  ).toBe('新加「甲」「乙」「丙」等 4 条,改了「戊」');
  expect(editWords({ ...edit, added: none, altered: none, dropped: none })).toBe('事项没有变');
  const decided = { ...edit, added: none, altered: none, dropped: none, decisions: true };
  expect(editWords(decided)).toBe('改了村里自己定的');
});
