import { advice, repairs, type Award } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

/** Mutation: post before the approval, or keep the reason from the recorder. */
test('the panel approves, returns and rejects, and the recorder sees why @screen', async ({
  page,
  signedIn,
  look,
  onTheTable,
}) => {
  const { worker, panel, households, awards } = await onTheTable(advice, 3, '提议在村口装两盏路灯');
  const [first, second, third] = households;
  const before = await worker.statement(first!.id);

  await signedIn('panel');
  await expect(page.getByRole('heading', { name: '待办' })).toBeVisible();
  await expect(page.getByRole('link', { name: /等您评议/ })).toContainText('3 条');
  await look('todo-panel');
  await page.getByRole('link', { name: /等您评议/ }).tap();
  await expect(page.getByRole('heading', { name: first!.name })).toBeVisible();
  await expect(page.getByText('还有 3 条')).toBeVisible();
  await look('review');
  await page.getByRole('button', { name: '通过', exact: true }).tap();
  await expect(page.getByText(`${first!.name}的通过了`)).toBeVisible();

  await page.getByRole('button', { name: '退回' }).tap();
  await page.getByRole('button', { name: '日期不对' }).tap();
  await look('review-return');
  await page.getByRole('dialog').getByRole('button', { name: '退回' }).tap();
  await expect(page.getByText(`${second!.name}的退回了`)).toBeVisible();

  await page.getByRole('button', { name: '不同意' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '不同意' }).tap();
  const why = page.getByLabel('为什么');
  const complaint = why.evaluate((field: HTMLTextAreaElement) => field.validationMessage);
  expect(await complaint).toBe('请填这一项。');
  await page.getByRole('button', { name: '已经记过了' }).tap();
  await why.fill('村里去年已经装了');
  await page.getByRole('dialog').getByRole('button', { name: '不同意' }).tap();
  await expect(page.getByText('没有要评议的了')).toBeVisible();
  await look('review-done');

  const states = await Promise.all(awards.map(({ id }) => panel.get<Award>(`/awards/${id}`)));
  expect(states.map(({ status }) => status)).toEqual(['posted', 'returned', 'rejected']);
  const after = await worker.statement(first!.id);
  expect(after.household.balances.pending).toBe(before.household.balances.pending + 5);

  await signedIn('worker', '/mine');
  const mine = (name: string) => page.getByRole('listitem').filter({ hasText: name }).first();
  await expect(mine(first!.name)).toContainText('已记上');
  await expect(mine(second!.name)).toContainText('退回:日期不对');
  await expect(mine(third!.name)).toContainText('不同意:村里去年已经装了');
  await look('mine');
});

/** Mutation: approve what was struck out. */
test('alike awards are approved together, one struck out waits @screen', async ({
  page,
  signedIn,
  look,
  onTheTable,
}) => {
  const { panel, households: some } = await onTheTable(advice, 3);

  await signedIn('panel', '/review');
  await page.getByRole('button', { name: '同类 3 条一起通过' }).tap();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: some[1]!.name }).uncheck();
  await look('review-alike');
  await dialog.getByRole('button', { name: '通过 2 条' }).tap();
  await expect(page.getByText('通过了 2 条')).toBeVisible();
  await expect(page.getByText('还有 1 条')).toBeVisible();

  const waiting = await panel.waiting();
  expect(waiting.map((award) => award.household_id)).toEqual([some[1]!.id]);
});

/** Mutation: approve what needs a proof without saying what was seen. */
test('what demands a photo is approved by saying what was seen @screen', async ({
  page,
  signedIn,
  look,
  onTheTable,
}) => {
  const { panel, households, awards } = await onTheTable(repairs, 1);
  const [one, award] = [households[0]!, awards[0]!];

  await signedIn('panel', '/review');
  await page.getByRole('button', { name: '通过', exact: true }).tap();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('看过什么')).toBeVisible();
  await expect(dialog.getByRole('button', { name: '照片看过' })).toBeVisible();
  await dialog.getByRole('button', { name: '到现场看过' }).tap();
  await look('review-proof');
  await dialog.getByRole('button', { name: '通过', exact: true }).tap();
  await expect(page.getByText(`${one.name}的通过了`)).toBeVisible();

  const { status, steps } = await panel.get<Award>(`/awards/${award.id}`);
  expect(status).toBe('posted');
  expect(steps).toMatchObject([{ step: 'approve', reason: '到现场看过' }]);
});

/** Mutation: keep the card of what another has decided, or stop at it. */
test('what somebody else has decided leaves the table, the rest is approved', async ({
  page,
  as,
  signedIn,
  onTheTable,
}) => {
  const { panel, awards } = await onTheTable(advice, 4);
  const cadre = await as('cadre');

  await signedIn('panel', '/review');
  await expect(page.getByText('还有 4 条')).toBeVisible();
  await cadre.post(`/awards/${awards[0]!.id}/approve`, {});
  await page.getByRole('button', { name: '通过', exact: true }).tap();
  await expect(page.getByText('已经有人处理过了')).toBeVisible();
  await expect(page.getByRole('heading', { name: awards[1]!.household_name })).toBeVisible();
  await expect(page.getByText('还有 3 条')).toBeVisible();

  await cadre.post(`/awards/${awards[1]!.id}/reject`, { reason: '没有这回事' });
  await page.getByRole('button', { name: '同类 3 条一起通过' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '通过 3 条' }).tap();
  await expect(page.getByText('通过了 2 条,1 条已经有人处理过了')).toBeVisible();
  await expect(page.getByText('没有要评议的了')).toBeVisible();
  const states = await Promise.all(awards.map(({ id }) => panel.get<Award>(`/awards/${id}`)));
  expect(states.map(({ status }) => status)).toEqual(['posted', 'rejected', 'posted', 'posted']);
});

/** Mutation: say that nothing waits when the first page is done. */
test('the table goes on behind its first page', async ({ page, signedIn, onTheTable }) => {
  const { panel, households: some } = await onTheTable(advice, 2);
  await page.route('**/awards?reviewable=true&limit=50*', (route) =>
    route.continue({ url: route.request().url().replace('limit=50', 'limit=1') }),
  );

  await signedIn('panel', '/review');
  await expect(page.getByText('还有 1+ 条')).toBeVisible();
  for (const one of some) {
    await expect(page.getByRole('heading', { name: one.name })).toBeVisible();
    await page.getByRole('button', { name: '通过', exact: true }).tap();
  }
  await expect(page.getByText('没有要评议的了')).toBeVisible();
  expect(await panel.waiting()).toEqual([]);
});

/** Mutation: let a recorder take back what the panel has approved. */
test('the recorder withdraws what still waits', async ({ page, as, signedIn }) => {
  const worker = await as('worker');
  const one = await worker.freshOne(advice);
  const award = await worker.award(one.id, advice);

  await signedIn('worker', '/mine');
  const mine = page.getByRole('listitem').filter({ hasText: one.name }).first();
  await mine.getByRole('button', { name: '撤回' }).tap();
  await expect(page.getByText('撤回了')).toBeVisible();
  expect((await worker.get<Award>(`/awards/${award.id}`)).status).toBe('withdrawn');
});

/** Mutation: keep the old words, or let it count without a second look. */
test('what was returned is mended on the phone and waits again @screen', async ({
  page,
  signedIn,
  look,
  onTheTable,
}) => {
  const { panel, households, awards } = await onTheTable(advice, 1, '提议修桥');
  const [one] = households;
  const [award] = awards;
  await panel.post(`/awards/${award!.id}/return`, { reason: '哪座桥?' });

  await signedIn('worker', '/mine');
  const mine = page.getByRole('listitem').filter({ hasText: one!.name }).first();
  await expect(mine).toContainText('被退回');
  await mine.getByRole('button', { name: '改好再交' }).tap();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('退回:哪座桥?');
  await dialog.getByLabel('写两句').fill('提议修水口的石桥');
  await dialog.getByLabel('谁做的(可以不写)').fill('家里老大');
  await look('mend');
  await dialog.getByRole('button', { name: '再交上去' }).tap();
  await expect(page.getByText('再交上去了')).toBeVisible();
  await expect(mine).toContainText('等评议');

  const { status, note } = await panel.get<Award & { note: string }>(`/awards/${award!.id}`);
  expect([status, note]).toEqual(['submitted', '提议修水口的石桥']);
  await panel.post(`/awards/${award!.id}/reject`, { reason: '试过了' });
});
