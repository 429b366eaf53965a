import { expect, test } from 'vitest';
import type { InspectionDoor, InspectionItem } from '../api/types';
import { ahead, behind, itemPoints, likeLast, mine, spotsMax, spread, stand, worth } from './walk';

const item = (rule_id: string, more: Partial<InspectionItem> = {}): InspectionItem => ({
  rule_id,
  name: rule_id,
  full_marks: 10,
  points_per_spot: 2,
  indoor: false,
  photo: false,
  ...more,
});
const door = (id: string, more: Partial<InspectionDoor> = {}): InspectionDoor => ({
  household_id: id,
  code: id,
  name: id,
  alias: null,
  door: null,
  own: false,
  marks: [],
  previous: null,
  awards: [],
  ...more,
});
const mark = (judge_id: string, revision: number) => ({
  household_id: 'a',
  judge_id,
  judge: judge_id,
  revision,
  state: 'marked' as const,
  findings: [],
});

test('spots take off down to nothing, and what was not looked at counts nowhere', () => {
  const items = [item('a'), item('b', { points_per_spot: 3 }), item('c')];
  expect([0, 2, 9].map((spots) => itemPoints(items[0]!, spots))).toEqual([10, 6, 0]);
  expect([spotsMax(items[0]!), spotsMax(items[1]!)]).toEqual([5, 4]);
  expect(spotsMax(item('d', { full_marks: 0.3, points_per_spot: 0.1 }))).toBe(3);
  const findings = [
    { rule_id: 'a', spots: 2 },
    { rule_id: 'b', spots: null },
    { rule_id: 'c', spots: 0 },
  ];
  expect(worth(items, findings)).toEqual({ points: 16, of: 20 });
});

test('nobody at home comes back at the end, own and judged doors do not come', () => {
  const doors = ['a', 'b', 'c', 'd', 'e'].map((id) => door(id, { own: id === 'd' }));
  doors[4] = door('e', { marks: [mark('other', 1)] });
  const said = { b: { revision: 1, state: 'nobody_home' as const, findings: [] } };
  const standOf = (one: InspectionDoor) =>
    stand(one, said[one.household_id as keyof typeof said], 'me', 1);
  const left = ahead(doors, standOf);
  expect(left.map((one) => one.household_id)).toEqual(['a', 'c', 'b']);
  expect(behind(doors, left, standOf, 'a')?.household_id).toBe('c');
  expect(behind(doors, left, standOf, 'c')?.household_id).toBe('a');
  expect(stand(doors[4]!, undefined, 'me', 2)).toBe('open');
});

test('what stands is what was said last, on this phone or another', () => {
  const kept = { revision: 5, state: 'marked' as const, findings: [] };
  const known = door('a', { marks: [mark('me', 7)] });
  expect(mine(known, kept, 'me')?.revision).toBe(7);
  expect(mine(known, { ...kept, revision: 8 }, 'me')?.revision).toBe(8);
  expect(mine(known, undefined, 'other')).toBeUndefined();
});

test('the same as last time is offered only where it can be said again', () => {
  const last = (spots: number | null) =>
    door('a', { previous: { points: 8, findings: [{ rule_id: 'a', spots, evidence: [] }] } });
  expect(likeLast([item('a')], last(1))).toEqual([{ rule_id: 'a', spots: 1, evidence: [] }]);
  expect(likeLast([item('a')], last(null))).toBeNull();
  expect(likeLast([item('a', { indoor: true })], last(null))).not.toBeNull();
  expect(likeLast([item('a', { photo: true })], last(1))).toBeNull();
  expect(likeLast([item('a'), item('b')], last(1))).toBeNull();
});

test('what was lost is counted, the least first', () => {
  expect(spread([0, 2, 0, 4])).toEqual([
    { name: '没扣分', count: 2 },
    { name: '扣 2 分', count: 1 },
    { name: '扣 4 分', count: 1 },
  ]);
  expect(spread([0, 1, 2, 3, 4, 5, 6, 7])).toHaveLength(6);
  expect(spread([0, 1, 2, 3, 4, 5, 6, 7])[5]).toEqual({ name: '扣 5 分以上', count: 3 });
});
