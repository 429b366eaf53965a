import { expect, test } from 'vitest';
import { ApiError } from '../api';
import type { AttendanceResult } from '../api/types';
import { Tally, type Ticks, type Ways } from './tally.svelte';

/** A server that takes the highest revision, and a phone that can be cut off from it. */
class World implements Ways {
  stored: Ticks = {};
  kept: Ticks = {};
  offline = false;
  ended = false;
  requests = 0;
  later: (() => void)[] = [];

  keep = (unsent: Ticks) => (this.kept = unsent);
  wait = (_: number, then: () => void) => this.later.push(then);
  send: Ways['send'] = async (changes) => {
    this.requests += 1;
    await Promise.resolve();
    if (this.offline) throw new ApiError('连不上网络', 0, 'offline');
    if (this.ended) throw new ApiError('这次活动已经结束', 409, 'activity_ended');
    return changes.map(({ household_id, people, revision }) => {
      if (household_id === 'elsewhere')
        return { status: 404, error: { title: '没有', errors: [] } };
      if ((this.stored[household_id]?.revision ?? 0) < revision)
        this.stored[household_id] = { people, revision };
      return { status: 200, attendance: { household_id, ...this.stored[household_id]! } };
    }) as unknown as AttendanceResult[];
  };
}

test('ticks made without a network are kept, counted, and sent once there is one', async () => {
  const world = new World();
  const tally = new Tally(world, {});
  world.offline = true;
  tally.set('a', 1);
  tally.set('b', 1);
  tally.set('a', 3);
  tally.set('b', 0);
  await tally.flush();
  expect(tally.unsent).toBe(2);
  expect(tally.came).toEqual({ households: 1, people: 3 });
  expect(world.kept).toEqual({ a: { people: 3, revision: 2 }, b: { people: 0, revision: 2 } });

  world.offline = false;
  const again = new Tally(world, world.kept);
  await again.flush();
  expect(again.unsent).toBe(0);
  expect(world.stored.a).toEqual({ people: 3, revision: 2 });
  expect(world.kept).toEqual({});
});

test('a retry is planned once, and what was tapped while sending goes out next', async () => {
  const world = new World();
  const tally = new Tally(world, {});
  world.offline = true;
  tally.set('a', 1);
  await tally.flush();
  await tally.flush();
  expect(world.later).toHaveLength(1);
  world.offline = false;
  const flushed = tally.flush();
  tally.set('a', 2);
  await flushed;
  expect(tally.unsent).toBe(0);
  expect(world.stored.a!.people).toBe(2);
});

test('what another phone said later stands, what is not taken is said, the end is said', async () => {
  const world = new World();
  const tally = new Tally(world, {});
  world.stored.a = { people: 4, revision: 7 };
  tally.set('a', 1);
  tally.set('elsewhere', 1);
  await tally.flush();
  expect(tally.people('a')).toBe(4);
  expect(tally.refused).toEqual({ elsewhere: '没有' });
  world.ended = true;
  tally.set('a', 5);
  await tally.flush();
  expect(tally.ended).toContain('已经结束');
  expect(tally.unsent).toBe(1);
});
