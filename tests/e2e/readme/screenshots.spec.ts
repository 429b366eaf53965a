import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { cleaning } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

const folder = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));
const picture = (page: Page, name: string) =>
  page.screenshot({ path: `${folder}${name}.png`, animations: 'disabled' });

test('home, award and household', async ({ page, as, open, signedIn }) => {
  const worker = await as('worker');
  const households = await worker.fresh(cleaning, 4);
  const one = households[3]!;

  await signedIn('worker');
  for (const before of households.slice(0, 3)) {
    await page.getByRole('list', { name: /的户$/ }).locator(`a[href="/award/${before.id}"]`).tap();
    await page.getByRole('button', { name: cleaning }).first().tap();
    await page.getByRole('button', { name: /^给 / }).tap();
    await expect(page.getByRole('heading', { name: /^记分/ })).toBeVisible();
  }
  await open('/');
  await expect(page.getByRole('heading', { name: '最近' })).toBeVisible();
  await expect(page.getByRole('list', { name: /的户$/ })).toBeVisible();
  await picture(page, 'home');

  await open(`/award/${one.id}`);
  // A click leaves no shade of a finger on the picture.
  await page.getByRole('button', { name: cleaning }).first().click();
  await expect(page.getByRole('button', { name: /^给 / })).toBeVisible();
  await picture(page, 'award');

  await open(`/households/${households[0]!.id}`);
  await expect(page.getByText('第')).toBeVisible();
  await expect(page.getByText('加 5 分').first()).toBeVisible();
  await picture(page, 'household');
});
