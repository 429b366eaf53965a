import { expect, test } from 'vitest';
import { blank, fitted, turnInto, type Kind } from './draft';

test('trying another shape and coming back changes nothing', () => {
  const kinds: Kind[] = ['inspection', 'bands', 'deduction', 'veto', 'base', 'ladder', 'degrees'];
  const full = {
    ...blank('公益'),
    name: '巡河',
    unit: '小时',
    cap: { units: 4, window: 'week' as const },
    points_cap: { points: 20, window: 'year' as const },
    highest_of: '救灾',
    late_days: 30,
  };
  for (const before of [{ ...blank('公益'), unit: '小时' }, full]) {
    for (const kind of kinds) {
      const item = { ...before };
      turnInto(item, kind);
      turnInto(item, 'addition');
      expect(fitted(item), kind).toEqual(fitted(before));
    }
  }
});

test('what was written in the other shape stays', () => {
  const item = blank('公益');
  turnInto(item, 'bands');
  item.unit = '斤';
  turnInto(item, 'addition');
  expect(item.unit).toBe('斤');
});
