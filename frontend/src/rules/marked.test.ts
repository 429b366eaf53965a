import { expect, test } from 'vitest';
import type { RuleAlarm } from '../api/types';
import { marked } from './marked';
import { rule } from './rule-for-tests';

const alarm = (change: Partial<RuleAlarm>): RuleAlarm => ({
  rule_id: 'r1',
  position: 1,
  field: 'name',
  start: 0,
  end: 0,
  words: '',
  line: 'rights',
  why: '',
  source: '',
  cleared: null,
  ...change,
});

test('the words stand marked in the text they stand in, counted in characters', () => {
  const rules = [rule({ name: '𠮷家不来的取消低保资格', degrees: [{ name: '罚款', points: 1 }] })];
  expect(marked(alarm({ start: 5, end: 9, words: '取消低保' }), rules)).toEqual({
    label: '事项',
    before: '𠮷家不来的',
    words: '取消低保',
    after: '资格',
  });
  const inDegree = alarm({ field: 'degrees[0].name', start: 0, end: 2, words: '罚款' });
  expect(marked(inDegree, rules)).toMatchObject({ label: '档次', before: '', words: '罚款' });
});

test('words that moved meanwhile are shown alone', () => {
  const found = marked(alarm({ start: 1, end: 3, words: '罚款' }), [rule()]);
  expect(found).toMatchObject({ before: '', words: '罚款', after: '' });
});
