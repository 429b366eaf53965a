import { expect, test } from 'vitest';
import type { Award } from '../../api/types';
import { body, MeetingIds, type Table } from './meeting';

const award = (id: string, proof_pending = false) => ({ id, proof_pending, revision: 2 }) as Award;
const table = (change: Partial<Table>): Table => ({
  area: 'g1',
  heldOn: '2026-11-22',
  present: ['p1'],
  others: ' ',
  awards: [award('a'), award('b', true), award('c')],
  said: { a: { struck: '没有这回事', degree: { name: '村', reason: '高了' } } },
  seen: '照片看过',
  ...change,
});

test('what is struck out is struck out, and a proof was looked at', () => {
  expect(
    body(table({ said: { ...table({}).said, c: { degree: { name: '村', reason: '高了' } } } })),
  ).toMatchObject({
    others: null,
    lines: [
      { award_id: 'a', decision: 'strike', degree: null, reason: '没有这回事' },
      { award_id: 'b', decision: 'approve', degree: null, reason: '照片看过', revision: 2 },
      { award_id: 'c', decision: 'approve', degree: '村', reason: '高了' },
    ],
  });
});

test('the same meeting keeps its number, another has its own', () => {
  const ids = new MeetingIds();
  const first = ids.for(body(table({})));
  expect(ids.for(body(table({})))).toBe(first);
  expect(ids.for(body(table({ others: '三组组长' })))).not.toBe(first);
});
