import type { Page } from '@playwright/test';
import { expect, test } from '../harness/fixtures.ts';

/** What the browser asks for until it has been quiet for a while. */
async function asked(page: Page, path: string): Promise<string[]> {
  const urls: string[] = [];
  const note = (request: { url(): string }) => urls.push(request.url());
  page.on('request', note);
  await page.goto(path);
  await page.waitForLoadState('networkidle');
  page.off('request', note);
  return urls;
}

/** Mutation: read the list in the effect that loads it. */
test('a screen asks for each thing once', async ({ page, as, signedIn }) => {
  const worker = await as('worker');
  const { id } = await worker.firstHousehold();
  await signedIn('worker');

  const home = await asked(page, '/');
  expect(home.length, home.join('\n')).toBeLessThanOrEqual(8);
  for (const path of ['/', `/award/${id}`, `/households/${id}`, '/many', '/ranking', '/mine']) {
    const urls = await asked(page, path);
    expect(urls.length, `${path}\n${urls.join('\n')}`).toBe(new Set(urls).size);
  }
});
