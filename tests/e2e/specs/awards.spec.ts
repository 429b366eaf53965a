import type { Page } from '@playwright/test';
import { cleaning, type Household } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

/** The row of a household in the list of the first screen. */
function row(page: Page, one: Household) {
  return page.getByRole('list', { name: /的户$/ }).locator(`a[href="/award/${one.id}"]`);
}

async function threeTaps(page: Page, one: Household): Promise<void> {
  await row(page, one).tap();
  await page.getByRole('button', { name: cleaning }).first().tap();
  await page.getByRole('button', { name: `给 ${one.name} 加 5 分` }).tap();
  await expect(page.getByText('已加 5 分')).toBeVisible();
}

/** Mutation: leave the award out of the month's totals, or the toast without its 撤销. */
test('three taps give five points, which the household and the ranking show @screen', async ({
  page,
  open,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const one = await worker.freshOne(cleaning);
  const before = one.month_points ?? 0;

  await signedIn('worker');
  await expect(row(page, one)).toBeVisible();
  await look('home');

  await row(page, one).tap();
  await page.getByRole('button', { name: cleaning }).first().tap();
  await expect(page.getByRole('button', { name: `给 ${one.name} 加 5 分` })).toBeVisible();
  await look('award');
  await page.getByRole('button', { name: `给 ${one.name} 加 5 分` }).tap();

  await expect(page.getByText('已加 5 分')).toBeVisible();
  await expect(page.getByRole('button', { name: '撤销' })).toBeVisible();
  await expect(row(page, one)).toContainText(`本月 ${before + 5}`);
  await look('home-after-award');

  await open(`/households/${one.id}`);
  const newest = page.getByRole('listitem').filter({ hasText: cleaning }).first();
  await expect(newest).toContainText('加 5 分');
  await look('household');

  await open('/ranking');
  await page.getByRole('searchbox').fill(one.code);
  await page.getByRole('button', { name: '找', exact: true }).tap();
  const found = page.getByRole('table', { name: '找到的户' });
  await expect(found.getByRole('row').filter({ hasText: one.name })).toContainText(
    String(before + 5),
  );
});

/** Mutation: send 撤销 as a second award, or leave it out. */
test('撤销 takes the points back', async ({ page, as, signedIn }) => {
  const worker = await as('worker');
  const one = await worker.freshOne(cleaning);
  const before = await worker.statement(one.id);

  await signedIn('worker');
  await threeTaps(page, one);
  await page.getByRole('button', { name: '撤销' }).tap();
  await expect(page.getByText('已撤销')).toBeVisible();
  await expect(row(page, one)).toContainText(`本月 ${one.month_points}`);

  const after = await worker.statement(one.id);
  expect(after.household.balances).toEqual(before.household.balances);
  expect(after.items.slice(0, 2).map(({ kind, points }) => [kind, points])).toEqual([
    ['reversal', -5],
    ['award', 5],
  ]);
});

/** Mutation: make the id of an award when it is sent instead of when it is first pressed. */
test('an award whose answer was lost is recorded once @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const one = await worker.freshOne(cleaning);
  const before = await worker.statement(one.id);
  let lost = 0;
  await page.route('**/api/v1/awards', async (route) => {
    if (route.request().method() !== 'POST' || lost > 0) return route.fallback();
    lost += 1;
    await route.fetch();
    await route.abort();
  });

  await signedIn('worker');
  await row(page, one).tap();
  await page.getByRole('button', { name: cleaning }).first().tap();
  const give = page.getByRole('button', { name: `给 ${one.name} 加 5 分` });
  await give.tap();
  await expect(page.getByRole('alert').filter({ hasText: '连不上网络' })).toBeVisible();
  await look('award-unanswered');
  await give.tap();
  await expect(page.getByText('已加 5 分')).toBeVisible();

  const after = await worker.statement(one.id);
  expect(lost).toBe(1);
  expect(after.items).toHaveLength(Math.min(before.items.length + 1, 20));
  expect(after.items[0]).toMatchObject({ rule_name: cleaning, points: 5 });
  expect(after.household.balances.pending).toBe(before.household.balances.pending + 5);
});

/** Mutation: let the button work while the first press waits, and every press make an id. */
test('pressing twice records once', async ({ page, as, signedIn }) => {
  const worker = await as('worker');
  const one = await worker.freshOne(cleaning);
  const before = await worker.statement(one.id);

  await signedIn('worker');
  await row(page, one).tap();
  await page.getByRole('button', { name: cleaning }).first().tap();
  const give = page.getByRole('button', { name: `给 ${one.name} 加 5 分` });
  await give.evaluate((button: HTMLButtonElement) => {
    button.click();
    button.click();
  });
  await expect(page.getByText('已加 5 分')).toBeVisible();

  const after = await worker.statement(one.id);
  expect(after.household.balances.pending).toBe(before.household.balances.pending + 5);
});

/** Mutation: give the points to the first household only. */
test('one deed goes to several households at once @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const some = await worker.fresh(cleaning, 3);

  await signedIn('worker');
  await page.getByRole('link', { name: '选多户' }).tap();
  for (const one of some) {
    await page
      .getByRole('list', { name: /的户$/ })
      .getByRole('listitem')
      .filter({ hasText: one.name })
      .first()
      .getByRole('checkbox')
      .check();
  }
  await look('many-who');
  await page.getByRole('button', { name: '选好 3 户' }).tap();
  await page.getByRole('button', { name: cleaning }).first().tap();
  await look('many-what');
  await page.getByRole('button', { name: '给 3 户各加 5 分' }).tap();
  await expect(page.getByText('已给 3 户各加 5 分')).toBeVisible();
  await look('many-done');
  await page.getByRole('link', { name: '好了' }).tap();
  await expect(page.getByRole('heading', { name: /^记分/ })).toBeVisible();

  const names = some.map((one) => one.name);
  for (const one of some) {
    const { items } = await worker.statement(one.id);
    expect(items[0], one.name).toMatchObject({ rule_name: cleaning, points: 5 });
  }
  expect(new Set(names).size).toBe(3);
});
