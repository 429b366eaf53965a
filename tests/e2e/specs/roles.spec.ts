import { expect, test } from '../harness/fixtures.ts';

const tabs = ['记分', '评比', '各户', '待办', '排名', '我记的', '我的'];

/** Mutation: show a role the first screen of another. */
for (const [role, heading, bar] of [
  ['worker', /^记分/, ['记分', '评比', '待办', '我记的']],
  ['cadre', /^记分/, ['记分', '评比', '待办', '我记的']],
  ['panel', '待办', ['待办', '排名', '我的']],
  ['supervisor', '林家排村', ['各户', '待办', '排名', '我的']],
  ['town', '看哪个村', ['各户', '待办', '排名', '我的']],
  ['county', '看哪个村', ['各户', '待办', '排名', '我的']],
] as const) {
  test(`${role} opens on the job of the role @screen`, async ({ page, signedIn, look }) => {
    await signedIn(role);
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    const menu = page.getByRole('navigation', { name: '主菜单' });
    for (const tab of tabs) {
      const link = menu.getByRole('link', { name: new RegExp(`^${tab}(\\s|\\d|$)`) });
      await expect(link).toHaveCount((bar as readonly string[]).includes(tab) ? 1 : 0);
    }
    await expect(page.getByText('正在')).toHaveCount(0);
    await look(`first-${role}`);
  });
}

/** Mutation: ask for the households of the whole town instead of the village that was chosen. */
test('the town chooses a village and reads a household @screen', async ({
  page,
  signedIn,
  look,
}) => {
  await signedIn('town');
  await page.getByRole('link', { name: '林家排村' }).tap();
  await expect(page.getByRole('heading', { level: 1, name: '林家排村' })).toBeVisible();
  const list = page.getByRole('list', { name: /的户$/ });
  await expect(list.getByRole('link').first()).toBeVisible();
  await look('village');
  await list.getByRole('link').first().tap();
  await expect(page.getByText('能换东西的分')).toBeVisible();
  await expect(page.getByRole('link', { name: '给这一户记分' })).toHaveCount(0);
  await look('household-town');
});

/** Mutation: show a phone or a sensitive tag to whoever reads the household. */
test('a cadre reveals a phone, a worker is not offered it @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const { id } = await worker.firstHousehold();
  const path = `/households/${id}`;
  await signedIn('worker', path);
  await expect(page.getByText('每一分怎么来的')).toBeVisible();
  await expect(page.getByRole('button', { name: '看电话和标记' })).toHaveCount(0);
  await signedIn('cadre', path);
  await page.getByRole('button', { name: '看电话和标记' }).tap();
  await expect(page.getByRole('link', { name: /^1\d{10}$/ })).toBeVisible();
  await look('household-revealed');
});
