import { expect, test } from '../harness/fixtures.ts';

/** Mutation: leave the screen empty when no answer comes. */
test('without a network the app says so and tries again @screen', async ({
  page,
  signedIn,
  look,
}) => {
  await signedIn('worker');
  await expect(page.getByRole('list', { name: /的户$/ })).toBeVisible();
  await page.context().setOffline(true);
  await page.getByRole('link', { name: '我记的' }).tap();
  await expect(page.getByText('没打开').or(page.getByText('连不上网络')).first()).toBeVisible();
  await look('offline');
  await page.context().setOffline(false);
  await page.getByRole('button', { name: '再试一次' }).tap();
  await expect(page.getByRole('heading', { name: '我记的' })).toBeVisible();
});
