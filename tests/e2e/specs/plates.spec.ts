import type { Household } from '../harness/caller.ts';
import { expect, fillSignIn, password, test } from '../harness/fixtures.ts';

interface Plates {
  items: { code: string; door: string }[];
}

/** Mutation: show the household to whoever scans its door. */
test('a plate tells everybody its village, and leads a worker to the household @screen', async ({
  page,
  as,
  open,
  look,
}) => {
  const [worker, cadre] = [await as('worker'), await as('cadre')];
  const { items: households } = await worker.get<{ items: Household[] }>('/households?limit=200');
  const { items: plates } = await cadre.post<Plates>('/plates', {
    area_id: households[0]!.grid_id,
  });
  const behind = (door: string) =>
    households.filter((one) => one.door === door && one.status !== 'closed');
  const alone = plates.find((one) => behind(one.door).length === 1)!;
  const shared = plates.find((one) => behind(one.door).length > 1)!;
  const [home] = behind(alone.door) as [Household];

  await open(`/d/${alone.code}`);
  await expect(page.getByRole('heading', { name: '林家排村' })).toBeVisible();
  await expect(page.getByText(home.name)).toBeHidden();
  await look('plate-page');
  await page.getByRole('link', { name: /我是网格员/ }).tap();
  await fillSignIn(page, 'worker', password);
  await expect(page).toHaveURL(new RegExp(`/award/${home.id}`));
  await expect(page.getByRole('heading', { name: home.name })).toBeVisible();

  // From now on the plate opens the household at once; of several one is chosen.
  await page.goto(`/d/${alone.code}`);
  await expect(page).toHaveURL(new RegExp(`/award/${home.id}`));
  await open(`/plates/${shared.code}`);
  const list = page.getByRole('list', { name: '这个门里的户' });
  await expect(list.getByRole('listitem')).toHaveCount(behind(shared.door).length);
  await look('plate-households');
  await open('/plates/7kmw3hq9axbtf');
  await expect(page.getByText('没有找到')).toBeVisible();
});
