import { expect, test } from 'vitest';
import { match, safeNext } from './router';

test('paths lead to their screens', () => {
  expect(match('/').screen).toBe('home');
  expect(match('/review').screen).toBe('review');
  expect(match('/award/0198-x')).toMatchObject({ screen: 'award', params: { id: '0198-x' } });
  expect(match('/households/a%20b?from=1#top').params).toEqual({ id: 'a b' });
  for (const path of ['/rules', '/rules/s1', '/rules/s1/trial']) {
    expect(match(path)).toMatchObject({ screen: 'rules', path });
  }
  expect(match('/?village=v1').query.get('village')).toBe('v1');
});

test('an unknown or broken path is a page of its own', () => {
  expect(match('/award').screen).toBe('missing');
  expect(match('/award/a/b').screen).toBe('missing');
  expect(match('/households/%E0%A4%A').screen).toBe('missing');
});

test('after signing in only paths of the app are followed', () => {
  expect(safeNext('/ranking')).toBe('/ranking');
  for (const next of [null, '', 'https://x.example', '//x.example', '/\\x.example', '/sign-in']) {
    expect(safeNext(next)).toBe('/');
  }
});
