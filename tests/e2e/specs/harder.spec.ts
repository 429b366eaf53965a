import { fileURLToPath } from 'node:url';
import { cleaning, type Caller } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';
import { fillResolution, type RuleSet } from '../harness/tables.ts';

/** 32 items with every shape: ladders, bands, degrees, vetoes, doubling, highest-only, validity. */
const sheet = fileURLToPath(new URL('../../data/harder-table.csv', import.meta.url));

/** Mutation: drop an item on the way, judge a ladder by its single deed, or forget the degree. */
test('a hard table goes from its file through the assembly to points @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  test.setTimeout(60_000);
  const worker = await as('worker');
  const one = await worker.freshOne(cleaning);
  const before = await worker.statement(one.id);

  await signedIn('cadre', '/rules');
  await page.getByRole('button', { name: '起草新的一版' }).tap();
  await page.getByRole('button', { name: '照最新的一版改' }).tap();
  await expect(page).toHaveURL(/\/edit$/);
  const id = /\/rules\/([0-9a-f-]{36})/.exec(page.url())![1]!;
  await page.getByText('用表格', { exact: false }).first().tap();
  await page.getByLabel(/把表格导进来/).setInputFiles(sheet);
  await expect(page.getByText('表里有 32 条')).toBeVisible();
  await look('harder-report');
  await page.getByRole('button', { name: '换成这张表' }).tap();
  await expect(page.getByText('导进来了 32 条')).toBeVisible();
  await look('harder-list');

  await page.getByRole('button', { name: '返回' }).tap();
  await page.getByRole('link', { name: '第 2 版 草稿' }).tap();
  await page.getByRole('link', { name: '记下表决' }).tap();
  await fillResolution(page);
  await page.getByRole('button', { name: '记下表决' }).tap();
  await expect(page.getByText('已记下,等镇里备案。')).toBeVisible();

  await signedIn('town', `/rules/${id}`);
  await page.getByRole('button', { name: '备案' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '备案' }).tap();
  await expect(page.getByText('备案好了')).toBeVisible();

  const bar = page.getByRole('form', { name: '记分' });
  const give = bar.locator('button').last();
  await signedIn('worker', `/award/${one.id}`);
  const choose = async (rule: string) => {
    await page.getByRole('button', { name: '搜索' }).tap();
    await page.getByLabel('搜事项').fill(rule);
    await page.getByRole('button', { name: rule }).first().tap();
  };
  await choose('护林巡山');
  await expect(bar).toContainText('今年已有 0 小时');
  await bar.getByRole('textbox', { name: '数量 小时' }).fill('35');
  await expect(give).toHaveText(`给 ${one.name} 加 10 分`);
  await look('harder-ladder');
  await give.tap();
  await expect(page.getByText('已加 10 分')).toBeVisible();

  await signedIn('worker', `/award/${one.id}`);
  await choose('孝老爱亲受表彰');
  await bar.getByRole('button', { name: /^县/ }).tap();
  await expect(give).toHaveText(`给 ${one.name} 加 20 分`);
  await give.tap();
  await expect(page.getByText(/已交评议/)).toBeVisible();

  // By the person: two points for each who came.
  await signedIn('worker', `/award/${one.id}`);
  await choose('修通组公路投工');
  const people = bar.getByRole('group', { name: '人数' });
  const size = Number(await people.getByRole('textbox').inputValue());
  await people.getByRole('button', { name: '多 1 人' }).tap();
  await expect(give).toHaveText(new RegExp(`^给 ${one.name} `));
  await look('harder-people');
  const sent = page.waitForResponse((answer) => answer.url().endsWith('/awards'));
  await give.tap();
  const came = (await (await sent).json()) as { id: string; points: number; status: string };

  const [panel, cadre] = [await as('panel'), await as('cadre')];
  const waiting = (await panel.waiting()).filter((award) => award.household_id === one.id);
  expect(waiting.map(({ rule_name }) => rule_name)).toContain('孝老爱亲受表彰');
  for (const { id: award } of waiting) {
    await panel.post(`/awards/${award}/approve`, { reason: '看过证书' });
  }
  const byPeople = (await panel.get<{ points: number }>(`/awards/${came.id}`)).points;
  expect(byPeople).toBe(2 * (size + 1));

  /** What a deed gave after the panel looked at what waits. */
  const gave = async (person: Caller, deed: string, said: object = {}) => {
    const { id: award, status } = await person.award(one.id, deed, '组长在场', said);
    if (status === 'submitted') {
      await panel.post(`/awards/${award}/approve`, { reason: '看过凭证' });
    }
    return (await cadre.get<{ points: number }>(`/awards/${award}`)).points;
  };
  // Ten for the first thousand, four for the rest; of one day's fire only the best counts.
  expect(await gave(worker, '为村里公益捐款', { quantity: 3000 })).toBe(14);
  expect(await gave(worker, '山火后勤送水送饭')).toBe(8);
  expect(await gave(worker, '扑救山火')).toBe(22);
  // A repeat within the year counts twice.
  const fire = async () => {
    const proposed = await worker.propose(await worker.warn(one.id, '林区野外用火', '田边烧草'));
    await panel.post(`/awards/${proposed}/approve`, { reason: '看过劝导记录' });
    return (await cadre.get<{ points: number }>(`/awards/${proposed}`)).points;
  };
  expect(await fire()).toBe(-10);
  expect(await fire()).toBe(-20);
  const veto = await cadre.award(one.id, '参与赌博被处罚', '派出所的处罚决定');
  expect([veto.status, veto.points]).toEqual(['submitted', 0]);

  const after = await worker.statement(one.id);
  const given = 10 + 20 + byPeople + 14 + 30 - 30;
  expect(after.household.balances.pending).toBe(before.household.balances.pending + given);
  await signedIn('worker', `/households/${one.id}`);
  await expect(page.getByText('孝老爱亲受表彰(县)')).toBeVisible();
  await expect(page.getByText('护林巡山 35 小时')).toBeVisible();
  await expect(page.getByText(/再犯加倍/)).toBeVisible();
  await look('harder-household');
  expect((await worker.get<{ rule_set: RuleSet }>('/rules')).rule_set.id).toBe(id);
});
