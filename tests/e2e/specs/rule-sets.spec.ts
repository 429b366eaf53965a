import type { Page } from '@playwright/test';
import { advice, cleaning, type Caller } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';
import { another, draftOf, fillResolution, rewrite, type RuleSet } from '../harness/tables.ts';

const patrol = '冬季义务巡山防火';
const alarming = '不参加大扫除的取消低保资格';

const setId = (page: Page) => /\/rules\/([0-9a-f-]{36})/.exec(page.url())![1]!;
const row = (page: Page, text: string | RegExp) =>
  page.getByRole('listitem').filter({ hasText: text }).first();

/** Mutation: let a table judge before it is filed, or send votes that do not carry. */
test('a table goes from the draft to the worker and skips nothing @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  test.setTimeout(180_000);
  const [cadre, worker] = [await as('cadre'), await as('worker')];
  const one = await worker.freshOne(cleaning);
  const items = async () => (await worker.get<{ items: { name: string }[] }>('/rules')).items;

  await signedIn('cadre', '/me');
  await page.getByRole('link', { name: '细则' }).tap();
  await expect(page.getByText('在用', { exact: true })).toBeVisible();
  await expect(page.getByText('会议记录')).toBeVisible();
  await look('rules');
  await page.getByRole('button', { name: '起草新的一版' }).tap();
  await look('rules-begin');
  await page.getByRole('button', { name: '照最新的一版改' }).tap();
  await expect(page).toHaveURL(/\/edit$/);
  const id = setId(page);
  await rewrite(cadre, id, (all) => [...all, another(all, { name: patrol, points: 6 })]);

  await signedIn('worker', '/me');
  await page.getByRole('link', { name: '细则' }).tap();
  await expect(page.getByRole('button', { name: '起草新的一版' })).toHaveCount(0);
  await row(page, '草稿').getByRole('link').tap();
  await expect(page.getByText(patrol).first()).toBeVisible();
  await page.getByLabel('意见', { exact: true }).fill('巡山一趟半天,六分少了。');
  await page.getByLabel(/^谁说的/).fill('陈家二婶');
  await page.getByRole('button', { name: '记下意见' }).tap();
  await expect(row(page, '六分少了')).toContainText('陈家二婶说的');
  await expect(page.getByRole('link', { name: '记下表决' })).toHaveCount(0);
  await look('rules-remark');

  await signedIn('cadre', `/rules/${id}`);
  await expect(row(page, '六分少了')).toBeVisible();
  await page.getByText('和上一版比').tap();
  await expect(page.getByText(/^新加 1 条/)).toBeVisible();
  await look('rules-draft');
  await page.getByRole('link', { name: '记下表决' }).tap();
  await page.getByRole('button', { name: '记下表决' }).tap();
  await expect(page.getByText('请选开会的日子。')).toBeVisible();
  await look('rules-adopt-empty');
  await fillResolution(page);
  await page.getByLabel('赞成').fill('23');
  await page.getByLabel('反对').fill('3');
  await expect(page.getByText('赞成票要超过到会人数的一半才算通过。')).toBeVisible();
  await page.getByRole('button', { name: '记下表决' }).tap();
  await expect(page.getByLabel('赞成')).toBeFocused();
  expect((await cadre.get<RuleSet>(`/rule-sets/${id}`)).status).toBe('draft');
  await look('rules-adopt-wrong');
  await page.getByLabel('赞成').fill('40');
  await page.getByRole('button', { name: '记下表决' }).tap();
  await expect(page.getByText('已记下,等镇里备案。')).toBeVisible();
  await look('rules-adopted');
  expect((await items()).map((rule) => rule.name)).not.toContain(patrol);

  await signedIn('town', '/rules');
  await look('rules-town');
  await row(page, '林家排村积分细则（第 2 版）').getByRole('link').tap();
  await expect(page.getByText('已表决,等镇里备案')).toBeVisible();
  await page.getByText('和镇里的模板比').tap();
  await expect(page.getByText('新加 1 条,16 条没变。')).toBeVisible();
  await page.getByRole('button', { name: '备案' }).tap();
  await page.getByLabel(/^备案号/).fill('凉镇备〔2026〕3号');
  await look('rules-file');
  await page.getByRole('dialog').getByRole('button', { name: '备案' }).tap();
  await expect(page.getByText('备案好了')).toBeVisible();
  await expect(page.getByText('凉镇备〔2026〕3号')).toBeVisible();
  await look('rules-filed');

  await signedIn('worker', `/award/${one.id}`);
  await page.getByRole('button', { name: '搜索' }).tap();
  await page.getByLabel('搜事项').fill('巡山');
  await expect(page.getByRole('button', { name: patrol })).toBeVisible();
  const { rule_set } = await worker.get<{ rule_set: RuleSet }>('/rules');
  expect(rule_set).toMatchObject({ id, status: 'in_force', version: 2 });
});

/** Mutation: send the table although something rings, or forget who called it false. */
test('a red line stops the table until the town calls it false @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  test.setTimeout(120_000);
  const cadre = await as('cadre');
  const draft = await draftOf(cadre, (all) => [...all, another(all, { name: alarming })]);

  await signedIn('cadre', `/rules/${draft.id}`);
  const alarm = page.getByRole('list', { name: '不能写的内容' }).getByRole('listitem');
  await expect(alarm).toContainText('不能这样写');
  await expect(alarm.locator('mark')).toContainText('取消低保');
  await expect(alarm).toContainText('依据:');
  await look('rules-alarm');

  await page.getByRole('link', { name: '记下表决' }).tap();
  await fillResolution(page);
  await page.getByRole('button', { name: '记下表决' }).tap();
  const problems = page.getByRole('list', { name: '要改的地方' });
  await expect(problems).toContainText('取消低保');
  await look('rules-adopt-refused');
  expect((await cadre.get<RuleSet>(`/rule-sets/${draft.id}`)).status).toBe('draft');
  await problems.getByRole('link').first().tap();
  await expect(row(page, alarming)).toBeVisible();

  await signedIn('town', `/rules/${draft.id}`);
  await page.getByRole('button', { name: '这是误报' }).tap();
  await page.getByLabel(/^为什么是误报/).fill('这是念给大家听的反面例子。');
  await look('rules-clear');
  await page.getByRole('dialog').getByRole('button', { name: '是误报' }).tap();
  await expect(alarm).toContainText('镇里看过,是误报');
  await expect(alarm).toContainText('反面例子');

  await signedIn('cadre', `/rules/${draft.id}/adopt`);
  await expect(page.getByLabel('会议记录')).not.toHaveValue('');
  await page.getByRole('button', { name: '记下表决' }).tap();
  await expect(page.getByText('已记下,等镇里备案。')).toBeVisible();
});

/** Mutation: offer the town nothing on the page of its own template. */
test('the town calls an alarm in its own template false, and issues it', async ({
  page,
  as,
  signedIn,
}) => {
  const [town, cadre] = [await as('town'), await as('cadre')];
  const { scopes } = await town.get<{ scopes: { area_id: string }[] }>('/me');
  const begun = { area_id: scopes[0]!.area_id, begin_with: 'empty' };
  const { id } = await town.post<RuleSet>('/rule-sets', begun);
  const { items } = await cadre.get<RuleSet>('/rules');
  await rewrite(town, id, () => [another(items, { name: alarming })], {});

  await signedIn('town', `/rules/${id}`);
  const alarm = page.getByRole('list', { name: '不能写的内容' }).getByRole('listitem');
  await page.getByRole('button', { name: '下发给各村' }).tap();
  await expect(page.getByRole('alert').filter({ hasText: '取消低保' })).toBeVisible();
  await page.getByRole('button', { name: '这是误报' }).tap();
  await page.getByLabel(/^为什么是误报/).fill('这是反面例子。');
  await page.getByRole('dialog').getByRole('button', { name: '是误报' }).tap();
  await expect(alarm).toContainText('反面例子');
  await page.getByRole('button', { name: '下发给各村' }).tap();
  await expect(page.getByText('模板下发了')).toBeVisible();
  await expect(alarm).toContainText('反面例子');
});

/** Mutation: record a vote on another revision than the one that was read. */
test('what changed meanwhile is not voted on', async ({ page, as, signedIn }) => {
  const cadre = await as('cadre');
  const draft = await draftOf(cadre);
  await signedIn('cadre', `/rules/${draft.id}/adopt`);
  await fillResolution(page);
  await rewrite(cadre, draft.id, (all) => all.slice(1));
  await page.getByRole('button', { name: '记下表决' }).tap();
  await expect(page.getByRole('alert').filter({ hasText: '别人改过' })).toBeVisible();
  expect((await cadre.get<RuleSet>(`/rule-sets/${draft.id}`)).status).toBe('draft');
});

/** Mutation: show the chips by use only. */
test('favourites of the month stand first on the workers phones @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const one = await worker.freshOne(cleaning);
  await signedIn('cadre', '/rules');
  await page.getByRole('link', { name: '本月常用' }).tap();
  const boxes = page.getByRole('checkbox');
  await expect(boxes.first()).toBeVisible();
  const count = await boxes.count();
  for (let at = count - 5; at < count; at += 1) await boxes.nth(at).check();
  const chosen = page.getByRole('list').first().getByRole('listitem');
  await chosen.nth(4).getByRole('button', { name: '往前' }).tap();
  await look('favourites');
  const names = (await chosen.allInnerTexts()).map((text) => text.split('\n')[1]!.trim());
  await page.getByRole('button', { name: '存下这 5 件' }).tap();
  await expect(page.getByText('存好了')).toBeVisible();

  await signedIn('worker', `/award/${one.id}`);
  await expect(page.getByRole('heading', { name: '本月常用' })).toBeVisible();
  const chips = page.locator('.chips button');
  for (const [at, name] of names.entries()) await expect(chips.nth(at)).toContainText(name);
  await look('favourites-worker');
});

/** Mutation: issue another revision, or show a village's buttons to the town. */
test('the town writes and issues its template @screen', async ({ page, as, signedIn, look }) => {
  const [town, worker] = [await as('town'), await as('worker')];
  const table = await worker.get<RuleSet>('/rules');
  await signedIn('town', '/rules');
  await page.getByRole('button', { name: '起草新的模板' }).tap();
  await page
    .getByRole('button', { name: /^(照最新的一版改|从空白写起)$/ })
    .first()
    .tap();
  await expect(page).toHaveURL(/\/edit$/);
  const id = setId(page);
  await rewrite(town, id, () => [another(table.items, { name: patrol })], {
    own_items_max: 10,
    own_points_max: 20,
    keep_items: true,
  });
  await signedIn('town', `/rules/${id}`);
  await expect(page.getByText('各村自己加的事项最多 10 条。')).toBeVisible();
  await expect(page.getByText('大家的意见')).toHaveCount(0);
  await look('rules-template');
  await page.getByRole('button', { name: '下发给各村' }).tap();
  await expect(page.getByText(/^模板,.*下发$/)).toBeVisible();
  expect((await town.get<RuleSet>(`/rule-sets/${id}`)).status).toBe('issued');

  await page.getByRole('button', { name: '返回' }).tap();
  await row(page, '林家排村').getByRole('link').tap();
  await row(page, '在用').getByRole('link').tap();
  await page.getByText('和镇里的模板比').tap();
  await expect(page.getByText(/^新加 \d+ 条,去掉 1 条/)).toBeVisible();
  await look('rules-against-template');
});

/** Mutation: show the points as posted twice, or ask for another number of months than was chosen. */
test('a draft is tried on the deeds of the last months @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  test.setTimeout(120_000);
  const cadre = await as('cadre');
  const draft = await draftOf(cadre, (all) => [
    ...all
      .filter((item) => item.name !== advice)
      .map((item) => (item.name === cleaning ? { ...item, points: 9 } : item)),
    another(all, { name: patrol, points: 6 }),
  ]);
  await signedIn('cadre', `/rules/${draft.id}`);
  await page.getByRole('link', { name: '先算算看' }).tap();
  await page.getByLabel('算几个月').selectOption('本月和前 2 个月');
  await look('trial');
  const sent = page.waitForRequest((request) => request.url().endsWith('/trials'));
  await page.getByRole('button', { name: '算算看' }).tap();
  expect((await sent).postDataJSON()).toMatchObject({ months: 2 });
  await expect(page.getByText(/户排名:/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('table', { name: '各类的分' })).toContainText('公益活动');
  await expect(row(page, advice)).toContainText('这一版里没有这一项');
  await expect(row(page, patrol)).toBeVisible();
  await look('trial-done');
  const moved = page.getByRole('table', { name: /^各户的名次/ }).getByRole('row');
  await expect(moved.nth(1)).toContainText('→');
  const before = await moved.count();
  await page.getByRole('button', { name: '再看一些' }).tap();
  expect(await moved.count()).toBeGreaterThan(before);
});

interface Moved {
  household_id: string;
  name: string;
  before: number;
  after: number;
  rank_before: number;
  rank_after: number;
}
interface Tried {
  status: string;
  from: string;
  result: { households: Moved[]; households_total: number };
}
interface Entries {
  items: {
    kind: string;
    rule_name: string;
    reversed: boolean;
    occurred_on: string;
    points: number;
  }[];
  next_cursor: string | null;
}

/** What a deed gave a household since a day, by its statement. */
async function given(person: Caller, household: string, deed: string, since: string) {
  let sum = 0;
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Entries = await person.get(
      `/households/${household}/statement?limit=100${cursor && `&cursor=${cursor}`}`,
    );
    for (const one of page.items) {
      const counts = one.kind !== 'reversal' && !one.reversed && one.occurred_on >= since;
      if (counts && one.rule_name === deed) sum += one.points;
    }
    cursor = page.next_cursor;
  }
  return sum;
}

/** Mutation: rank by the points before, or forget that ties share a rank. */
test('a deed worth less moves the ranks by what the statements say it gave', async ({
  page,
  as,
  signedIn,
}) => {
  test.setTimeout(120_000);
  const cadre = await as('cadre');
  const draft = await draftOf(cadre, (all) =>
    all.map((item) => (item.name === cleaning ? { ...item, points: 2 } : item)),
  );
  const rules = await cadre.get<{ items: { name: string; points: number }[] }>('/rules');
  const was = rules.items.find((one) => one.name === cleaning)!.points;
  await signedIn('cadre', `/rules/${draft.id}/trial`);
  const answer = page.waitForResponse((one) => one.url().endsWith('/trials'));
  await page.getByRole('button', { name: '算算看' }).tap();
  await expect(page.getByText(/户排名:/)).toBeVisible({ timeout: 60_000 });
  const { id } = (await (await answer).json()) as { id: string };
  const { status, from, result } = await cadre.get<Tried>(`/trials/${id}`);
  expect(status).toBe('done');
  expect(result.households).toHaveLength(result.households_total);
  expect(result.households_total).toBeGreaterThan(200);

  const after = new Map<string, number>();
  for (const one of result.households) {
    const lost = await given(cadre, one.household_id, cleaning, from);
    expect(one.after, one.name).toBeCloseTo(one.before - (lost * (was - 2)) / was, 2);
    after.set(one.household_id, one.after);
  }
  for (const one of result.households) {
    const above = [...after.values()].filter((points) => points > one.after).length;
    expect(one.rank_after, one.name).toBe(above + 1);
  }
  const [first] = result.households;
  expect(first!.rank_before).not.toBe(first!.rank_after);
  const moved = page
    .getByRole('table', { name: /^各户的名次/ })
    .getByRole('row')
    .nth(1);
  await expect(moved).toContainText(first!.name);
  await expect(moved).toContainText(`${first!.rank_before} → ${first!.rank_after}`);
});

/** Mutation: leave the sentences out, or draw bars without a table. */
test('a table says how it is used @screen', async ({ page, signedIn, look }) => {
  await signedIn('cadre', '/rules');
  await page.getByRole('link', { name: '细则体检' }).tap();
  await expect(page.getByRole('table', { name: '分从哪里来' })).toBeVisible();
  await expect(page.getByRole('img', { name: /^分从哪里来/ })).toBeVisible();
  await look('health');
});
