import { expect, test } from 'vitest';
import { alikeLine, lookTwice, whyLine } from './why';

test('reasons to wait are said in words', () => {
  expect(whyLine({ waits_because: ['rule', 'alike'] })).toBe('细则要评议、像是记了两次');
  expect(whyLine({ waits_because: [] })).toBe('');
  expect(lookTwice({ waits_because: ['rule', 'proof', 'budget', 'mended'] })).toBe(
    '超过本月的上限、退回后改过',
  );
});

test('the other award is said with who, when and how much', () => {
  const alike = {
    id: 'a',
    recorded_by: '赵某',
    occurred_on: '2026-03-05',
    quantity: 2,
    points: 10,
    status: 'posted' as const,
  };
  expect(alikeLine({ alike, unit: '人次' })).toMatch(/^赵某也记了:.*3月5日.* 2 人次,已记上$/);
  expect(alikeLine({ alike: null, unit: '人次' })).toBe('');
});
