import { cleaning } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

/** Mutation: ask for the month whatever is chosen. */
test('the ranking of a month, a quarter and a year, and the row of one household @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const one = await worker.freshOne(cleaning);
  await worker.award(one.id, cleaning);

  await signedIn('worker', '/ranking');
  const table = page.getByRole('table', { name: /排名$/ });
  await expect(table.getByRole('row').nth(1)).toContainText('第 1 名');
  await look('ranking-month');

  for (const [button, period] of [
    ['本季', /季度排名$/],
    ['今年', /年排名$/],
    ['本月', /月排名$/],
  ] as const) {
    await page.getByRole('button', { name: button }).tap();
    await expect(page.getByRole('table', { name: period })).toBeVisible();
    await expect(page.getByRole('table', { name: period }).getByRole('row').nth(1)).toBeVisible();
  }

  await page.getByRole('searchbox').fill(one.code);
  await page.getByRole('button', { name: '找', exact: true }).tap();
  const found = page.getByRole('table', { name: '找到的户' });
  await expect(found.getByRole('link', { name: one.name })).toBeVisible();
  await look('ranking-found');

  await page.getByRole('searchbox').fill('没有这个人');
  await page.getByRole('button', { name: '找', exact: true }).tap();
  await expect(page.getByText('没有找到这一户')).toBeVisible();
});
