import { cleaning, uuidV7, villageDay, type Household } from '../harness/caller.ts';
import { expect, fillSignIn, password, test } from '../harness/fixtures.ts';

interface Row {
  household_id: string;
  people: number;
  award: { points: number; status: string } | null;
}
interface Activity {
  id: string;
  state: string;
  households: number;
  people: number;
  attendance: Row[];
}

const digits = (one: Household) => /\d+/.exec(one.door ?? '')![0];

/** Mutations: lose a tick that was made without signal; award at the first press; award twice. */
test('a worker opens an activity, ticks who comes, and all are awarded once @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  // Doors of one household each: those can be ticked by their number.
  const { items } = await worker.get<{ items: Household[] }>('/households?limit=200');
  const shared = (one: Household) =>
    items.filter((other) => other.door && digits(other) === digits(one)).length > 1;
  const alone = (await worker.fresh(cleaning, 8)).filter((one) => !shared(one));
  const [first, second, third, fourth] = alone as [Household, Household, Household, Household];
  const before = await worker.statement(second.id);

  await signedIn('worker', '/todo');
  await page.getByRole('link', { name: '活动' }).tap();
  await expect(page.getByRole('heading', { name: '活动', exact: true })).toBeVisible();
  await look('activities');
  await page.getByRole('link', { name: '开一次活动' }).tap();
  await page.getByRole('button', { name: '搜索' }).tap();
  await page.getByLabel('搜事项').fill(cleaning);
  await page.getByRole('list', { name: '搜到的事项' }).getByRole('button').first().tap();
  await look('activity-rule');
  await page.getByRole('button', { name: /下一步/ }).tap();
  await expect(page.getByRole('button', { name: '先写活动叫什么' })).toBeVisible();
  await page.getByLabel('活动叫什么').fill('清扫村道');
  await page.getByLabel('在哪里').fill('村部门口');
  await look('activity-new');
  await page.getByRole('button', { name: '开活动' }).tap();

  await expect(page).toHaveURL(/\/activities\/[0-9a-f-]{36}$/);
  const id = page.url().split('/').at(-1)!;
  await expect(page.getByText('来几个人,记几人次。')).toBeVisible();
  const row = (one: Household) =>
    page.getByRole('list', { name: '各户' }).getByRole('checkbox', { name: one.name }).first();
  await row(first).check();
  await row(first).uncheck();
  await row(first).check();
  await expect(page.getByText('来了 1 户 1 人')).toBeVisible();
  await expect(page.getByText('还没传上去')).toBeHidden();

  // Out of signal: by tap, by stepper and by door.
  await page.context().setOffline(true);
  await row(second).check();
  await page
    .getByRole('button', { name: `${second.name}多 1 人` })
    .first()
    .tap();
  const field = page.getByLabel('门牌号、名字或门牌码');
  await field.fill(digits(third));
  await field.press('Enter');
  await expect(page.getByText(`${third.name} 来了。`)).toBeVisible();
  await expect(page.getByText('来了 3 户 4 人')).toBeVisible();
  await expect(page.getByText('还没传上去 2')).toBeVisible();
  await look('activity-offline');
  await page.getByRole('button', { name: '结束,给 3 户记分' }).tap();
  await expect(page.getByText('等有信号了再结束')).toBeVisible();
  expect((await worker.get<Activity>(`/activities/${id}`)).households).toBe(1);
  await page.context().setOffline(false);
  await expect(page.getByText('还没传上去')).toBeHidden();
  const cadre = await as('cadre');
  const plates = await cadre.post<{ items: { code: string; door: string }[] }>('/plates', {
    area_id: fourth.grid_id,
  });
  await field.fill(plates.items.find((one) => one.door === fourth.door)!.code);
  await field.press('Enter');
  await expect(page.getByText('来了 4 户 5 人')).toBeVisible();
  await page.reload();
  await expect(row(second)).toBeChecked();

  await page.getByRole('button', { name: '结束,给 4 户记分' }).tap();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('4 户一共加 25 分。')).toBeVisible();
  await look('activity-closing');
  expect((await worker.get<Activity>(`/activities/${id}`)).state).toBe('open');
  await dialog.getByRole('button', { name: '记分' }).tap();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('list', { name: '来了的户' }).getByRole('listitem')).toHaveCount(4);
  await look('activity-closed');
  const closed = await worker.get<Activity>(`/activities/${id}`);
  expect(closed.attendance.map((one) => one.award?.points).sort()).toEqual([10, 5, 5, 5]);
  const after = await worker.statement(second.id);
  expect(after.household.balances.pending).toBe(before.household.balances.pending + 10);
});

/** Mutation: let a worker close what is held for the whole village. */
test('workers tick their own households of a village activity, and the cadre closes it', async ({
  page,
  as,
  server,
  signedIn,
  browser,
}) => {
  const [worker, cadre] = [await as('worker'), await as('cadre')];
  const [one, other] = (await worker.fresh(cleaning, 2)) as [Household, Household];
  await signedIn('cadre', '/activities/new');
  await page.getByRole('button', { name: '搜索' }).tap();
  await page.getByLabel('搜事项').fill(cleaning);
  await page.getByRole('list', { name: '搜到的事项' }).getByRole('button').first().tap();
  await page.getByRole('button', { name: /下一步/ }).tap();
  await page.getByLabel('活动叫什么').fill('全村大扫除');
  await expect(page.getByLabel('哪一片的人来')).toContainText('全村');
  await page.getByRole('button', { name: '开活动' }).tap();
  await expect(page).toHaveURL(/\/activities\/[0-9a-f-]{36}$/);
  const id = page.url().split('/').at(-1)!;

  const theirs = await browser.newContext({
    baseURL: server.url,
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
    locale: 'zh-CN',
  });
  const phone = await theirs.newPage();
  await phone.goto('/');
  await fillSignIn(phone, 'worker', password);
  await expect(phone.getByLabel('密码')).toBeHidden();
  await phone.goto('/activities');
  await phone.getByRole('link', { name: /全村大扫除/ }).tap();
  await phone.getByRole('checkbox', { name: one.name }).first().check();
  await expect(phone.getByText('来了 1 户 1 人')).toBeVisible();
  await expect(phone.getByText('村里结束这次活动时一起记分。')).toBeVisible();
  await expect(phone.getByRole('button', { name: /结束/ })).toBeHidden();
  await expect(phone.getByText('还没传上去')).toBeHidden();

  await page.getByRole('checkbox', { name: other.name }).first().check();
  await expect(page.getByText('还没传上去')).toBeHidden();
  await page.reload();
  await page.getByRole('button', { name: '结束,给 2 户记分' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '记分' }).tap();
  await expect(page.getByText('来了 2 户 2 人')).toBeVisible();
  // What is tapped after the end is not lost without a word.
  await phone.getByRole('checkbox', { name: other.name }).first().check();
  await expect(phone.getByText('已经结束')).toBeVisible();
  await phone.getByRole('button', { name: '看结果' }).tap();
  await expect(phone.getByText('来了 2 户 2 人')).toBeVisible();
  await theirs.close();

  const closed = await cadre.get<Activity>(`/activities/${id}`);
  expect(closed.attendance.filter((row) => row.award?.status === 'posted')).toHaveLength(2);
  const { items } = await worker.statement(one.id);
  expect(items.filter((line) => line.rule_name === cleaning)).not.toHaveLength(0);
  expect(closed.attendance.every((row) => row.people === 1)).toBe(true);
});

test('what fell through is cancelled with a reason, and nobody is awarded', async ({
  page,
  as,
  signedIn,
}) => {
  const worker = await as('worker');
  const { id: rule_id } = await worker.rule(cleaning);
  const { scopes } = await worker.get<{ scopes: { area_id: string }[] }>('/me');
  const tomorrow = villageDay(-1);
  const opened = await worker.post<Activity>('/activities', {
    id: uuidV7(),
    area_id: scopes[0]!.area_id,
    rule_id,
    name: '修水渠',
    held_on: tomorrow,
  });
  await signedIn('worker', `/activities/${opened.id}`);
  await expect(page.getByText('还没到日子')).toBeVisible();
  await page.getByRole('button', { name: /没办成/ }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '下雨没办成' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '取消活动' }).tap();
  await expect(page.getByText('这次活动取消了:下雨没办成')).toBeVisible();
  expect((await worker.get<Activity>(`/activities/${opened.id}`)).state).toBe('cancelled');
});
