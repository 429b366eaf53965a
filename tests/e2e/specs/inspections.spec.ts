import type { Page } from '@playwright/test';
import type { Caller } from '../harness/caller.ts';
import { expect, fillSignIn, password, test } from '../harness/fixtures.ts';

interface Door {
  household_id: string;
  name: string;
  door: string | null;
  own: boolean;
  marks: { state: string; judge: string; findings: { spots: number | null }[] | null }[];
  awards: { points: number }[];
}
interface Sheet {
  id: string;
  listed: number;
  judged: number;
  closed_at: string | null;
  rules: { name: string }[];
  households: Door[];
}

/** This month's round of the worker's grid, begun where it is not. */
async function roundOf(worker: Caller): Promise<Sheet> {
  const { scopes } = await worker.get<{ scopes: { area_id: string }[] }>('/me');
  const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
  const id = crypto.randomUUID().replace(/^(.{14})./, '$17');
  return worker.post<Sheet>('/inspections', { id, area_id: scopes[0]!.area_id, month });
}
const isLeft = (door: Door) => !door.own && !door.marks.some((mark) => mark.state === 'marked');
const honour = async (person: Caller, id: string) =>
  (await person.get<{ balances: { honour: number } }>(`/households/${id}`)).balances.honour;

const note = (page: Page) => page.getByRole('button', { name: /下一户$/ });
const card = (page: Page) => page.getByRole('region', { name: /^正在评/ });
const unsent = (page: Page) => page.getByText(/还没传上去/);

/** Mutations: record twice what is tapped once; let a row take its neighbour; call on one's own door. */
test('a round is walked with a tap a household by two, and counts once @screen', async ({
  page,
  browser,
  server,
  as,
  signedIn,
  look,
}) => {
  test.setTimeout(150_000);
  const [worker, cadre] = [await as('worker'), await as('cadre')];
  const me = await worker.get<{ id: string }>('/me');
  const own = (await roundOf(worker)).households.filter(isLeft).at(-3)!;
  await cadre.patch(`/accounts/${me.id}`, { household_id: own.household_id });
  const left = (await roundOf(worker)).households.filter(isLeft);
  const before = new Map<string, number>();
  for (const { household_id: id } of [...left.slice(0, 12), own]) {
    before.set(id, await honour(worker, id));
  }

  await signedIn('worker', '/inspections');
  await look('rounds');
  await page
    .getByRole('link', { name: /^(接着评|开始评)$/ })
    .first()
    .tap();
  await expect(card(page)).toContainText(left[0]!.name);
  await page
    .getByRole('button', { name: /扣一处$/ })
    .first()
    .tap();
  await page
    .getByRole('button', { name: /扣一处$/ })
    .first()
    .tap();
  await look('round');
  await page
    .getByRole('button', { name: /退一处$/ })
    .first()
    .tap();
  await page
    .getByRole('button', { name: /退一处$/ })
    .first()
    .tap();

  let taps = 0;
  const tap = async (found: ReturnType<typeof note>) => {
    taps += 1;
    await found.tap();
  };
  const rows = page.getByRole('list', { name: '接下来的户' });
  const found = new Map<string, number>();
  for (let at = 0; await note(page).isVisible(); at += 1) {
    const name = (await card(page).getAttribute('aria-label'))!;
    if (at % 8 === 3) {
      await tap(page.getByRole('button', { name: /扣一处$/ }).first());
      found.set(name.slice('正在评 '.length), 1);
      await tap(note(page));
    } else if (at === 7 || at === 22) {
      await tap(page.getByRole('button', { name: '没人在家', exact: true }));
    } else if (at % 5 === 1 && (await rows.isVisible())) {
      await tap(rows.getByRole('button', { name: /^全部满分/ }).first());
    } else {
      await tap(note(page));
    }
  }
  await expect(page.getByText('归您评的都评完了。')).toBeVisible();
  const each = taps / left.length;
  console.log(`a round of ${left.length} households: ${taps} taps, ${each.toFixed(2)} each`);
  expect(left.length).toBeGreaterThan(20);
  expect(each).toBeLessThanOrEqual(1.2);
  await expect(unsent(page)).toBeHidden();
  await page.getByRole('button', { name: '找一户' }).tap();
  await page.getByLabel(/^找一户/).fill(own.name);
  await expect(page.getByText('自己家,请别人评')).toBeVisible();
  await look('round-found');

  // The door that is left is another's to judge, on another phone.
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: page.viewportSize(),
    isMobile: true,
    hasTouch: true,
  });
  const second = await context.newPage();
  await second.goto('/');
  await fillSignIn(second, 'cadre', password);
  await expect(second.getByLabel('密码')).toBeHidden();
  await second.goto('/inspections');
  await second.getByRole('region', { name: '一组' }).getByRole('link').tap();
  await expect(card(second)).toContainText(own.name);
  await second
    .getByRole('button', { name: /扣一处$/ })
    .first()
    .tap();
  await note(second).tap();
  await expect(second.getByText('归您评的都评完了。')).toBeVisible();
  await expect(unsent(second)).toBeHidden();
  await context.close();

  await page.getByRole('link', { name: '去结束评比' }).tap();
  const end = page.getByRole('button', { name: /^结束评比,记下 \d+ 户的分$/ });
  await expect(end).toBeVisible();
  await look('round-end');
  await end.tap();
  await expect(page.getByText(/结束的评比$/)).toBeVisible();
  await look('round-closed');

  const closed = await roundOf(worker);
  expect(closed.closed_at).not.toBeNull();
  expect([closed.judged, closed.listed]).toEqual([
    closed.households.length,
    closed.households.length,
  ]);
  for (const [id, was] of before) {
    const door = closed.households.find((one) => one.household_id === id)!;
    const spots = id === own.household_id ? 1 : (found.get(door.name) ?? 0);
    const expected = 10 * closed.rules.length - 2 * spots;
    expect(
      door.awards.reduce((sum, one) => sum + one.points, 0),
      door.name,
    ).toBe(expected);
    expect(await honour(worker, id), door.name).toBe(was + expected);
  }
});

/** Mutations: wait for the network before the next household; forget what was said when the page is left. */
test('what is said without signal is kept, and sent when it is back @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const { id, households } = await roundOf(worker);
  const left = households.filter(isLeft);
  const marked = async () => (await worker.get<Sheet>(`/inspections/${id}`)).judged;
  const first = await marked();
  await signedIn('worker', `/inspections/${id}`);
  await expect(card(page)).toContainText(left[0]!.name);
  await page.context().setOffline(true);
  for (const door of left.slice(0, 3)) {
    await expect(card(page)).toContainText(door.name);
    await note(page).tap();
  }
  await expect(page.getByText('还没传上去 3 户')).toBeVisible();
  await look('round-offline');
  await page.context().setOffline(false);
  await expect(unsent(page)).toBeHidden();
  expect(await marked()).toBe(first + 3);

  await page.route('**/marks', (route) => route.abort());
  await page
    .getByRole('button', { name: /扣一处$/ })
    .first()
    .tap();
  await note(page).tap();
  await expect(page.getByText('还没传上去 1 户')).toBeVisible();
  await page.reload();
  await expect(page.getByText('还没传上去 1 户')).toBeVisible();
  await page.unroute('**/marks');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect(unsent(page)).toBeHidden();
  expect(await marked()).toBe(first + 4);

  // Taken back at once, it is as if nothing had been said.
  await note(page).tap();
  await page.getByRole('button', { name: '撤销' }).tap();
  await expect(card(page)).toContainText(left[4]!.name);
  await expect.poll(marked).toBe(first + 4);
});
