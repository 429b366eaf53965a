import { expect, test } from 'vitest';
import { blank, positionOf, resolution, wrongs, type Typed } from './resolution';

const today = '2026-11-23';
const fair: Typed = {
  resolved_on: '2026-11-20',
  in_force_from: '2026-12-01',
  attendance: '46',
  votes_for: '44',
  votes_against: '1',
  votes_abstained: '1',
  minutes: '村支书主持,举手表决。',
  noticed_from: '2026-11-10',
  noticed_until: '2026-11-19',
};
const wrong = (change: Partial<Typed>) => Object.keys(wrongs({ ...fair, ...change }, today));

test('a resolution that carries has nothing wrong; an empty one says so at every field', () => {
  expect(wrong({})).toEqual([]);
  expect(Object.keys(wrongs(blank(), today)).sort()).toEqual(Object.keys(blank()).sort());
});

test('more than half of those present must be in favour, and nobody votes twice', () => {
  expect(wrong({ votes_for: '23', votes_against: '3' })).toEqual(['votes_for']);
  expect(wrong({ votes_for: '24', votes_against: '3' })).toEqual([]);
  expect(wrong({ votes_for: '46' })).toEqual(['votes_for']);
  expect(wrong({ attendance: '0' })).toEqual(['attendance']);
  expect(wrong({ attendance: '20001' })).toContain('attendance');
  expect(wrong({ votes_abstained: '' })).toEqual(['votes_abstained']);
  expect(wrong({ votes_for: '-4' })).toEqual(['votes_for']);
  expect(wrong({ votes_for: '4.5' })).toEqual(['votes_for']);
});

test('days stand in an order that can have happened', () => {
  expect(wrong({ resolved_on: '2026-11-24' })).toEqual(['resolved_on']);
  expect(wrong({ resolved_on: '2025-10-18' })).toContain('resolved_on');
  expect(wrong({ in_force_from: '2026-11-19' })).toEqual(['in_force_from']);
  expect(wrong({ in_force_from: '2027-06-12' })).toEqual(['in_force_from']);
  expect(wrong({ in_force_from: '2027-06-11' })).toEqual([]);
  expect(wrong({ noticed_from: '2026-09-20' })).toEqual(['noticed_from']);
  expect(wrong({ noticed_until: '2026-11-09' })).toEqual(['noticed_until']);
});

test('what is sent has numbers and the revision that was read', () => {
  const sent = resolution({ ...fair, minutes: ' 记录 ' }, 4);
  expect(sent).toMatchObject({ revision: 4, attendance: 46, votes_for: 44, minutes: '记录' });
});

test('a problem names its item', () => {
  expect(positionOf('items[2].name')).toBe(3);
  expect(positionOf('items[0]')).toBe(1);
  expect(positionOf('items')).toBeNull();
});
