import { advice, cleaning, type Award } from '../harness/caller.ts';
import { decide } from '../harness/decided.ts';
import { expect, fillSignIn, password, test } from '../harness/fixtures.ts';

interface Month {
  items: { used: number; limit: number; granted: number }[];
}

/** Mutations: let the approval go beyond; let what was granted change nothing. */
test('the month is full: it waits, the cadre asks, the town grants, the panel approves @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const [worker, cadre, panel, town] = [
    await as('worker'),
    await as('cadre'),
    await as('panel'),
    await as('town'),
  ];
  await panel.clearTable();
  const households = await worker.fresh(cleaning, 2);
  const village = await decide(cadre, town, { month_points_max: 1 });
  const { used } = (await cadre.get<Month>(`/budgets?area_id=${village}`)).items[0]!;
  expect(used).toBeGreaterThan(1);

  const waits = await worker.award(households[0]!.id, cleaning);
  expect(waits.status).toBe('submitted');
  await signedIn('panel', '/review');
  await expect(page.getByText('超过本月给分的上限')).toBeVisible();
  await look('budget-card');
  await page.getByRole('button', { name: '通过', exact: true }).tap();
  await expect(page.getByText('先到“本月的分”里问镇里')).toBeVisible();

  await signedIn('cadre', '/budget');
  await expect(page.getByText(/本月已给 .* 分,上限 1 分/)).toBeVisible();
  await look('budget-full');
  await page.getByLabel('这个月要多给多少分').fill(String(Math.ceil(used) + 100));
  await page.getByLabel('为什么').fill('抗旱出工的人多');
  await page.getByRole('button', { name: '问镇里' }).tap();
  await expect(page.getByText('等镇里回话')).toBeVisible();

  await signedIn('town', '/todo');
  await page.getByRole('link', { name: /村里问能不能多给分/ }).tap();
  await expect(page.getByText('抗旱出工的人多')).toBeVisible();
  await look('budget-asked');
  await page.getByRole('button', { name: '同意', exact: true }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '同意', exact: true }).tap();
  await expect(page.getByText(/镇里同意多给/)).toBeVisible();

  await signedIn('panel', '/review');
  await page.getByRole('button', { name: '通过', exact: true }).tap();
  await expect(page.getByText(/通过了/)).toBeVisible();
  expect((await panel.get<Award>(`/awards/${waits.id}`)).status).toBe('posted');
});

/** Mutation: let both count. */
test('two people on two phones record the same deed: the second waits beside the first @screen', async ({
  page,
  browser,
  server,
  as,
  signedIn,
  look,
}) => {
  const [worker, panel] = [await as('worker'), await as('panel')];
  await panel.clearTable();
  const one = await worker.freshOne(cleaning);
  const counted = async () =>
    (await worker.statement(one.id)).items.filter((line) => line.rule_name === cleaning).length;
  const before = await counted();
  const record = async (phone: typeof page) => {
    await phone
      .getByRole('button', { name: new RegExp(cleaning) })
      .first()
      .tap();
    await phone.getByRole('button', { name: /^给 .*加 5 分/ }).tap();
  };
  await signedIn('worker', `/award/${one.id}`);
  await record(page);
  await expect(page.getByText('已加 5 分')).toBeVisible();

  const context = await browser.newContext({
    baseURL: server.url,
    hasTouch: true,
    locale: 'zh-CN',
  });
  const second = await context.newPage();
  await second.goto('/');
  await fillSignIn(second, 'cadre', password);
  await expect(second.getByLabel('密码')).toBeHidden();
  await second.goto(`/award/${one.id}`);
  await record(second);
  await expect(second.getByText('已交评议')).toBeVisible();
  await context.close();

  await signedIn('panel', '/review');
  await expect(page.getByText(/像是记了两次。.*也记了:.*,已记上/)).toBeVisible();
  await look('alike-card');
  await page.getByRole('button', { name: '不同意' }).tap();
  await page.getByRole('button', { name: '已经记过了' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '不同意' }).tap();
  await expect(page.getByText(/没有同意/)).toBeVisible();
  expect(await counted()).toBe(before + 1);
});

test('the supervisor sees where the points go, in sentences, bars and tables @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  await worker.award((await worker.freshOne(advice)).id, advice);
  await signedIn('supervisor', '/concentration');
  await expect(page.getByText(/前 10 户拿了全村 .*% 的分。/)).toBeVisible();
  await expect(page.getByRole('table', { name: '得分最多的户' }).getByRole('row')).toHaveCount(11);
  await expect(page.getByRole('heading', { name: '任职的人自己家' })).toBeVisible();
  await look('concentration');
});
