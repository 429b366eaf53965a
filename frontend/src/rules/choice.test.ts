import { expect, test } from 'vitest';
import { lifted, toggled } from './choice';

test('a deed goes in at the end, out, and up one place', () => {
  expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
  expect(lifted(['a', 'b', 'c'], 'c')).toEqual(['a', 'c', 'b']);
  expect(lifted(['a', 'b'], 'a')).toEqual(['a', 'b']);
  expect(lifted(['a', 'b'], 'x')).toEqual(['a', 'b']);
});
