import { cleaning, type Award, type Household } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

interface List<T> {
  items: T[];
}

/** Mutation: choose from the first page of everything, whatever is listed. */
test('all households listed are chosen, those of one grid or those of a search', async ({
  page,
  as,
  signedIn,
}) => {
  const cadre = await as('cadre');
  const { scopes } = await cadre.get<{ scopes: { village_id: string }[] }>('/me');
  const village = scopes[0]!.village_id;
  const grids = await cadre.get<List<{ id: string; name: string }>>(
    `/areas?parent_id=${village}&level=grid&limit=200`,
  );
  const grid = grids.items.at(-1)!;
  const listed = await cadre.get<List<Household>>(`/households?area_id=${grid.id}&limit=80`);
  const present = listed.items.filter((one) => one.status === 'resident');

  await signedIn('cadre', '/many');
  await page.getByLabel('看哪一组').selectOption(grid.name);
  await expect(page.getByRole('list', { name: `${grid.name}的户` })).toBeVisible();
  await page.getByRole('button', { name: `选列出的 ${present.length} 户` }).tap();
  await page.getByRole('button', { name: '都不选' }).tap();
  await expect(page.getByRole('button', { name: '先勾上户' })).toBeVisible();

  const one = present.at(-1)!;
  await page.getByRole('searchbox').fill(one.code);
  await expect(page.getByText('找到 1 户')).toBeVisible();
  await page.getByRole('button', { name: '选列出的 1 户' }).tap();
  await expect(page.getByRole('button', { name: '选好 1 户' })).toBeVisible();
  await page.getByRole('searchbox').fill('');
  await page.getByRole('button', { name: `选列出的 ${present.length} 户` }).tap();
  await page.getByRole('button', { name: `选好 ${present.length} 户` }).tap();
  await page.getByRole('button', { name: cleaning }).first().tap();
  await page.getByRole('button', { name: `给 ${present.length} 户各加 5 分` }).tap();
  await expect(page.getByRole('link', { name: '好了' })).toBeVisible();

  const mine = await cadre.get<List<Award>>('/awards?mine=true&limit=200');
  const newest = mine.items.slice(0, present.length).map((award) => award.household_id);
  expect(newest.sort()).toEqual(present.map(({ id }) => id).sort());
});
