import { fileURLToPath } from 'node:url';
import { repairs, type Award } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

const picture = fileURLToPath(new URL('../../../docs/screenshots/home.png', import.meta.url));

/** Mutation: send the award without its photo, or show reviewers a photo that does not load. */
test('a deed that asks for a photo is recorded with one, and the panel sees it @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  await (await as('panel')).clearTable();
  const one = await worker.freshOne(repairs);
  await signedIn('worker', `/award/${one.id}`);
  await page.getByRole('button', { name: repairs }).first().tap();
  const bar = page.getByRole('form', { name: '记分' });
  await bar.getByLabel('拍照片').setInputFiles(picture);
  await expect(bar.getByText('照片 1 张')).toBeVisible();
  await look('photo-taken');
  await bar.getByRole('button', { name: '不要照片' }).tap();
  await bar.getByLabel('拍照片').setInputFiles(picture);
  await expect(bar.getByText('照片 1 张')).toBeVisible();
  const sent = page.waitForRequest((request) => request.url().endsWith('/awards'));
  await bar.locator('button').last().tap();
  const { id, evidence } = (await sent).postDataJSON() as { id: string; evidence: string[] };
  await expect(page.getByText('已交评议', { exact: true })).toBeVisible();
  const award = await worker.get<Award & { proof_pending: boolean; evidence: { id: string }[] }>(
    `/awards/${id}`,
  );
  expect(award.proof_pending).toBe(false);
  expect(award.evidence.map((photo) => photo.id)).toEqual(evidence);

  await signedIn('panel', '/review');
  const shown = page.getByRole('img', { name: '照片 1' });
  await expect(shown).toBeVisible();
  await expect
    .poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth))
    .toBeGreaterThan(0);
  await look('photo-review');
  await page.getByRole('button', { name: '通过', exact: true }).tap();
  await expect(page.getByText(`${one.name}的通过了`)).toBeVisible();
});
