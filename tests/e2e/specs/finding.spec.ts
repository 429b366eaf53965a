import type { Household } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

/** Mutation: ask with what was typed before, or show the whole list meanwhile. */
test('a household is found by its code, its name and its door @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const { items } = await worker.get<{ items: Household[] }>('/households?limit=20');
  const one = items.at(-1)!;

  await signedIn('worker');
  const field = page.getByRole('searchbox');
  const found = page.getByRole('list', { name: '找到的户' });
  for (const text of [one.code, one.name, one.door!]) {
    await field.fill(text);
    await expect(found.locator(`a[href="/award/${one.id}"]`), text).toBeVisible();
  }
  await look('found');
  await field.fill('没有这个人');
  await expect(page.getByText('没有找到这一户')).toBeVisible();
  await field.fill('');
  await expect(page.getByRole('list', { name: '一组的户' })).toBeVisible();
});

/** Mutation: leave the rules out of the search, or their points. */
test('a deed is found by a word in it @screen', async ({ page, as, signedIn, look }) => {
  const worker = await as('worker');
  const { id } = await worker.firstHousehold();
  await signedIn('worker', `/award/${id}`);
  await page.getByRole('button', { name: '搜索' }).tap();
  await page.getByRole('searchbox', { name: '搜事项' }).fill('防火');
  const deed = page.getByRole('list', { name: '搜到的事项' }).getByRole('button');
  await expect(deed).toHaveCount(1);
  await expect(deed).toContainText('+8');
  await look('deed-found');
  await deed.tap();
  await expect(page.getByRole('button', { name: /^给 .* 加 8 分$/ })).toBeVisible();
});
