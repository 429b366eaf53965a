import { cleaning, type Award } from '../harness/caller.ts';
import { decide } from '../harness/decided.ts';
import { expect, test } from '../harness/fixtures.ts';

/** Mutations: let it count at once; show the toggle where the village has not switched it on. */
test('a household tells of a deed at its door, the panel says no, and the page says why @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const [worker, cadre, panel, town] = [
    await as('worker'),
    await as('cadre'),
    await as('panel'),
    await as('town'),
  ];
  await panel.clearTable();
  const one = await worker.freshOne(cleaning);
  await signedIn('worker', `/award/${one.id}`);
  await expect(page.getByRole('button', { name: new RegExp(cleaning) }).first()).toBeVisible();
  await expect(page.getByText('户里报的')).toBeHidden();

  await decide(cadre, town, { applications_a_day: 1 });
  await page.reload();
  await page.getByLabel('户里报的').check();
  await page.getByLabel('谁报的').fill('户主本人');
  await page
    .getByRole('button', { name: new RegExp(cleaning) })
    .first()
    .tap();
  await look('application');
  await page.getByRole('button', { name: `替${one.name}报上去` }).tap();
  await expect(page.getByText('已交评议')).toBeVisible();

  await signedIn('panel', '/review');
  await expect(page.getByText('户里报的:户主本人')).toBeVisible();
  await look('application-card');
  await page.getByRole('button', { name: '不同意' }).tap();
  await page.getByRole('button', { name: '没有这回事' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '不同意' }).tap();
  await expect(page.getByText(/没有同意/)).toBeVisible();

  await signedIn('worker', '/applications');
  await expect(page.getByText('没同意')).toBeVisible();
  await expect(page.getByText(/不同意:没有这回事/)).toBeVisible();
  await look('applications');
  const { items } = await worker.get<{ items: Award[] }>('/awards?applications=true');
  expect(items.map(({ status }) => status)).toEqual(['rejected']);
});
