import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../api';
import { rule } from '../rules/rule-for-tests';

// The page that today listens to.
vi.stubGlobal('document', new EventTarget());
vi.stubGlobal('addEventListener', () => {});
const { Entry } = await import('./entry.svelte');

const evening = Date.parse('2026-11-23T15:59:00Z');
const sent = { problem: undefined } as never;
beforeEach(() => void vi.useFakeTimers({ now: evening }));
afterEach(() => void vi.useRealTimers());

/** An entry of the evening, and the clock past midnight. */
async function overMidnight(before: (entry: InstanceType<typeof Entry>) => void) {
  vi.setSystemTime(evening);
  const { today } = await import('../today.svelte');
  today.refresh();
  const entry = new Entry();
  before(entry);
  vi.setSystemTime(evening + 120_000);
  return entry;
}

test('who means today means the day of sending', async () => {
  const entry = await overMidnight(() => {});
  expect(entry.day).toBe('2026-11-23');
  expect(entry.deed(rule(), 4).occurred_on).toBe('2026-11-24');
});

test('a chosen day stays, and so does the day of a try that was not answered', async () => {
  const chosen = await overMidnight((entry) => (entry.day = '2026-11-22'));
  expect(chosen.deed(rule(), 4).occurred_on).toBe('2026-11-22');
  const tried = await overMidnight((entry) => entry.answered([]));
  expect(tried.deed(rule(), 4).occurred_on).toBe('2026-11-23');
  const answered = await overMidnight((entry) => {
    entry.answered([]);
    entry.answered([sent]);
  });
  expect(answered.deed(rule(), 4).occurred_on).toBe('2026-11-24');
});

test('a degree and the people go out where the rule asks for them', () => {
  const entry = new Entry();
  entry.degree = '县';
  const degrees = [{ name: '县', points: 20 }];
  expect(entry.deed(rule(), 4)).not.toHaveProperty('degree');
  expect(entry.deed(rule(), 4)).not.toHaveProperty('people');
  expect(entry.deed(rule({ kind: 'degrees', degrees }), 4)).toMatchObject({ degree: '县' });
  expect(entry.deed(rule({ per_person: true }), 4)).toMatchObject({ people: 4 });
  entry.people = 2;
  expect(entry.deed(rule({ per_person: true }), 4)).toMatchObject({ people: 2 });
  expect(entry.deed(rule({ per_person: true }), null)).not.toHaveProperty('people');
});

test('what is wrong with the note stands by its field', () => {
  const entry = new Entry();
  const note = [{ field: 'note', code: 'missing', message: '请写一句。' }];
  expect(entry.refused(new ApiError('不行。', 422, 'invalid', note))).toBe('');
  expect(entry.noteProblem).toBe('请写一句。');
  expect(entry.refused(new ApiError('不行。', 422, 'invalid'))).toBe('不行。');
  expect(entry.noteProblem).toBe('');
});
