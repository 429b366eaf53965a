import { expect, test } from 'vitest';
import type { Award } from '../api/types';
import { said } from './submit';

const award = (change: Partial<Award> = {}) =>
  ({ points: 5, clipped: 0, status: 'posted', proof_pending: false, ...change }) as Award;

test('the toast says what became of the award', () => {
  expect(said([award()])).toBe('已加 5 分');
  expect(said([award({ points: -2 })])).toBe('已扣 2 分');
  expect(said([award({ status: 'submitted' })])).toBe('已交评议');
  expect(said([award({ status: 'submitted', proof_pending: true })])).toBe('已交评议,还要补证明');
  expect(said([award({ points: 3, clipped: 2 })])).toBe('这次只加 3 分,已到上限');
  expect(said([award({ points: 0, clipped: 5 })])).toBe('已到上限,这次没有加分');
  expect(said([award({ points: 0 })])).toBe('已记上,这次不加分');
});

test('the toast for several households counts them', () => {
  expect(said([award(), award()])).toBe('已给 2 户各加 5 分');
  expect(said([award(), award({ points: 3, clipped: 2 })])).toBe(
    '已给 2 户共加 8 分,其中 1 户已到上限',
  );
  expect(said([award({ status: 'submitted' }), award({ status: 'submitted' })])).toBe(
    '2 户已交评议',
  );
});
