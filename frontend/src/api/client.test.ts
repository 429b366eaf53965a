import { expect, test } from 'vitest';
import { ApiError, Client } from './client';

interface Call {
  path: string;
  method: string;
  bearer: string | null;
}

/** A server in a function: `answer` says what each call gets; the calls are kept. */
function client(answer: (call: Call, nth: number) => Response | Promise<Response>) {
  const calls: Call[] = [];
  const made = new Client(async (url, init) => {
    const headers = new Headers(init?.headers);
    const call = { path: url, method: init?.method ?? 'GET', bearer: headers.get('authorization') };
    calls.push(call);
    return answer(call, calls.length);
  });
  return { made, calls, of: (path: string) => calls.filter((call) => call.path.endsWith(path)) };
}
const json = (status: number, body: unknown) => Response.json(body, { status });
const session = (token: string) =>
  json(200, { access_token: token, expires_in: 600, account: { id: 'a' } });
const signedOut = () => json(401, { title: '请重新登录。', code: 'signed_out', status: 401 });

test('many answers of 401 lead to one refresh and one more try each', async () => {
  const { made, of } = client(async ({ path, bearer }) => {
    if (path.endsWith('/session/refresh')) {
      await new Promise((done) => setTimeout(done, 5));
      return session('new');
    }
    return bearer === 'Bearer new' ? json(200, { path }) : signedOut();
  });
  const answers = await Promise.all(['/me', '/areas', '/awards'].map((path) => made.get(path)));
  expect(answers).toHaveLength(3);
  expect(of('/session/refresh')).toHaveLength(1);
});

test('a 401 that comes after somebody else refreshed is tried again without another refresh', async () => {
  const { made, of } = client(async ({ path, bearer }) => {
    if (path.endsWith('/session/refresh')) return session('new');
    if (path.endsWith('/slow') && !bearer) await new Promise((done) => setTimeout(done, 20));
    return bearer ? json(200, {}) : signedOut();
  });
  await Promise.all([made.get('/slow'), made.get('/quick')]);
  expect(of('/session/refresh')).toHaveLength(1);
});

test('a write without a token in memory refreshes first and carries the token', async () => {
  const { made, calls } = client(({ path }) =>
    path.endsWith('/session/refresh') ? session('t1') : json(201, { id: 'x' }),
  );
  await made.post('/awards', { id: 'x' });
  await made.post('/awards', { id: 'y' });
  expect(calls.map((call) => `${call.method} ${call.path} ${call.bearer}`)).toEqual([
    'POST /api/v1/session/refresh null',
    'POST /api/v1/awards Bearer t1',
    'POST /api/v1/awards Bearer t1',
  ]);
});

test('a session that is over is told once and not tried for ever', async () => {
  const { made, calls } = client(signedOut);
  let told = 0;
  made.onSignedOut = () => (told += 1);
  await expect(made.get('/me')).rejects.toMatchObject({ status: 401, title: '请重新登录。' });
  expect(told).toBe(1);
  expect(calls).toHaveLength(2);
});

test('no answer is not being signed out', async () => {
  const { made } = client(({ path }) => {
    if (path.endsWith('/session/refresh')) throw new TypeError('Failed to fetch');
    return signedOut();
  });
  let told = 0;
  made.onSignedOut = () => (told += 1);
  const error = await made.get('/me').catch((found: unknown) => found);
  expect(error).toBeInstanceOf(ApiError);
  expect((error as ApiError).offline).toBe(true);
  expect(told).toBe(0);
});

test('a problem document speaks for itself; anything else gets a plain sentence', async () => {
  const { made } = client(({ path }) =>
    path.endsWith('/a')
      ? json(422, { title: '数量不对。', code: 'quantity_out_of_range', status: 422 })
      : new Response('<html>', { status: 502 }),
  );
  await expect(made.get('/a')).rejects.toMatchObject({
    title: '数量不对。',
    code: 'quantity_out_of_range',
  });
  await expect(made.get('/b')).rejects.toMatchObject({ title: '服务器没答上来,请过一会儿再试。' });
});
