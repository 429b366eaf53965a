import { fileURLToPath } from 'node:url';
import { advice, uuidV7, villageDay, type Award } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';
import { villageOf } from '../harness/tables.ts';

const picture = fileURLToPath(new URL('../../../docs/screenshots/home.png', import.meta.url));
/** A deed of the demonstration town's table that asks for a mediation paper. */
const mediated = '经调解化解邻里纠纷';

/** Mutation: send the award without the proof that was named. */
test('a proof that is no photo is named, and the panel reads it @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  await (await as('panel')).clearTable();
  const one = await worker.freshOne(mediated);
  await signedIn('worker', `/award/${one.id}`);
  await page.getByRole('button', { name: mediated }).first().tap();
  const bar = page.getByRole('form', { name: '记分' });
  await bar.getByRole('button', { name: '调解书' }).tap();
  await bar.getByLabel('哪一张、谁给的').fill('村调委会 2026 年 7 号');
  await look('proof-named');
  const sent = page.waitForRequest((request) => request.url().endsWith('/awards'));
  await bar.locator('button').last().tap();
  const { id } = (await sent).postDataJSON() as { id: string };
  await expect(page.getByText('已交评议', { exact: true })).toBeVisible();
  const award = await worker.get<Award & { proof_pending: boolean; proof: unknown }>(
    `/awards/${id}`,
  );
  expect(award.proof).toEqual({ kind: 'mediation', words: '村调委会 2026 年 7 号' });
  expect(award.proof_pending).toBe(false);
  await signedIn('panel', '/review');
  await expect(page.getByText('调解书:村调委会 2026 年 7 号')).toBeVisible();
  await look('proof-review');
});

/** Mutation: keep the page with nothing, or let nobody but reviewers see it. */
test('signed minutes are photographed and kept with the meeting and the resolution @screen', async ({
  page,
  as,
  signedIn,
  look,
  onTheTable,
}) => {
  const { panel, awards } = await onTheTable(advice, 1);
  const cadre = await as('cadre');
  const village = await villageOf(cadre);
  const { id } = await panel.post<{ id: string }>('/assemblies', {
    id: uuidV7(),
    area_id: village,
    held_on: villageDay(),
    present: [],
    lines: [{ award_id: awards[0]!.id, decision: 'approve' }],
  });
  await signedIn('panel', `/review/assembly/${id}`);
  const scans = page.getByRole('region', { name: '会议记录的照片' });
  await scans.getByLabel('拍下签了字的记录').setInputFiles(picture);
  await expect(scans.getByRole('img', { name: '会议记录第 1 页' })).toBeVisible();
  await look('scans-assembly');

  const { items } = await cadre.get<{ items: { id: string; status: string }[] }>('/rule-sets');
  const set = items.find((one) => one.status === 'in_force')!;
  await signedIn('cadre', `/rules/${set.id}`);
  await page.getByLabel('拍下签了字的记录').setInputFiles([picture, picture]);
  await expect(page.getByRole('img', { name: '会议记录第 2 页' })).toBeVisible();
  await signedIn('worker', `/rules/${set.id}`);
  const second = page.getByRole('img', { name: '会议记录第 2 页' });
  await expect
    .poll(() => second.evaluate((img: HTMLImageElement) => img.naturalWidth))
    .toBeGreaterThan(0);
  await expect(page.getByLabel('再拍几页')).toHaveCount(0);
  await look('scans-resolution');
});
