import { expect, test } from '../harness/fixtures.ts';

/** Mutation: turn 大字 on for one screen only, or forget it. */
test('大字 can be had on every screen and stays', async ({ page, as, signedIn }) => {
  const worker = await as('worker');
  const { id } = await worker.firstHousehold();
  await signedIn('worker');
  const html = page.locator('html');
  for (const path of [
    '/',
    `/award/${id}`,
    `/households/${id}`,
    '/many',
    '/ranking',
    '/mine',
    '/me',
    '/no-such-page',
  ]) {
    await page.goto(path);
    const large = page.getByRole('button', { name: '大字' });
    await large.tap();
    await expect(html, path).toHaveClass('big');
    await page.reload();
    await expect(html, path).toHaveClass('big');
    await expect(html, path).toHaveCSS('font-size', '24px');
    await large.tap();
    await expect(html, path).not.toHaveClass('big');
  }
  await page.goto('/ranking?big=1');
  await expect(html).toHaveClass('big');
  await page.goto('/');
  await expect(html).toHaveClass('big');
});
