import { expect, test } from 'vitest';
import { codeIn } from './plates';

test('a code is read alone or at the end of an address, and nothing else is one', () => {
  expect(codeIn(' 7kmw3hq9axbtf ')).toBe('7kmw3hq9axbtf');
  expect(codeIn('https://jf.example.cn/d/7kmw3hq9axbtf')).toBe('7kmw3hq9axbtf');
  for (const text of [
    '19',
    '19号',
    '7kmw3hq9axbt',
    '7kmw3hq9axbt1',
    '7KMW3HQ9AXBTF',
    'x7kmw3hq9axbtf',
  ])
    expect(codeIn(text)).toBeNull();
});
