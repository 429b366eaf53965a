import { expect, test } from 'vitest';
import { match, safeNext } from './router';

test('paths lead to their screens', () => {
  expect(match('/').screen).toBe('home');
  expect(match('/award/0198-x')).toMatchObject({ screen: 'award', params: { id: '0198-x' } });
  expect(match('/households/a%20b?from=1#top').params).toEqual({ id: 'a b' });
  for (const path of ['/rules', '/rules/s1/trial', '/review', '/inspections/i1']) {
    expect(match(path)).toMatchObject({ screen: 'room', path });
  }
  expect(match('/?village=v1').query.get('village')).toBe('v1');
});

test('an unknown or broken path is no screen that opens at once', () => {
  for (const path of ['/award', '/award/a/b', '/households/%E0%A4%A']) {
    expect(match(path).screen).toBe('room');
  }
});

test('pages of the server are left to the browser', () => {
  for (const path of ['/api/docs', '/d/k7', '/h/abc', '/v/longtang']) {
    expect(match(path).screen).toBe('outside');
  }
  expect(match('/done').screen).toBe('room');
});

test('after signing in only paths of the app are followed', () => {
  expect(safeNext('/ranking')).toBe('/ranking');
  for (const next of [null, '', 'https://x.example', '//x.example', '/\\x.example', '/sign-in']) {
    expect(safeNext(next)).toBe('/');
  }
});
