import { expect, test } from 'vitest';
import { AwardIds, uuidV7 } from './award-id';

test('ids are UUIDs of version 7 that carry the time', () => {
  const id = uuidV7(0x19a00000000);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(id.slice(0, 13)).toBe('019a0000-0000');
});

test('ids sort in the order they were made, within a millisecond and after the clock went back', () => {
  const start = 0x19b00000000;
  const ids = Array.from({ length: 10_000 }, (_, at) => uuidV7(start + (at % 3)));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the same award pressed again keeps its id until it is answered', () => {
  const ids = new AwardIds();
  const body = { household_id: 'h', rule_id: 'r', quantity: 1 };
  const first = ids.idFor(body);
  expect(ids.idFor({ ...body })).toBe(first);
  expect(ids.idFor({ ...body, quantity: 2 })).not.toBe(first);
  ids.answered(first);
  expect(ids.idFor(body)).not.toBe(first);
});
