import { expect, test } from 'vitest';
import { rule } from '../rules/rule-for-tests';
import { lastWords, recordedBefore } from './last';

const line = {
  kind: 'award',
  reversed: false,
  rule_id: 'r1',
  occurred_on: '2026-11-23',
  recorder_name: '李某',
} as const;
const said = (change: object, day = '2026-11-23') =>
  recordedBefore([{ ...line, ...change }], 'r1', day, '2026-11-23', '王某');

test('the same deed of the same day is said with its recorder', () => {
  expect(said({})).toBe('今天的这一项,李某已经给这一户记过了。');
  expect(said({ recorder_name: '王某' })).toBe('今天的这一项,您已经给这一户记过了。');
  expect(said({ occurred_on: '2026-11-03' }, '2026-11-03')).toContain('11月3日的这一项');
  for (const change of [
    { reversed: true },
    { kind: 'reversal' },
    { rule_id: 'r2' },
    { occurred_on: '2026-11-22' },
  ]) {
    expect(said(change)).toBe('');
  }
});

test('what was recorded last is said with its degree and amount', () => {
  const hours = rule({ name: '志愿服务', unit: '小时' });
  expect(lastWords(hours, { rule_id: 'r1', quantity: 2 })).toBe('志愿服务 2 小时');
  expect(lastWords(hours, { rule_id: 'r1', quantity: 1 })).toBe('志愿服务');
  expect(lastWords(rule({ name: '受表彰' }), { rule_id: 'r1', quantity: 1, degree: '县' })).toBe(
    '受表彰(县)',
  );
});
