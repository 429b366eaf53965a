import { advice, repairs, uuidV7, villageDay, type Award } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

/** Mutation: approve what was struck out, or let the meeting be held by nobody but its writer's word. */
test('the panel decides a list together, and the minutes are printed @screen', async ({
  page,
  signedIn,
  look,
  onTheTable,
  large,
}) => {
  const { worker, panel, households, awards } = await onTheTable(advice, 3, '提议装路灯');
  const [asked] = await worker.fresh(repairs, 1);
  const proof = await worker.award(asked!.id, repairs, '修了水口的渠');
  const before = await worker.statement(households[0]!.id);
  let taps = 0;
  const tap = async (name: string | RegExp, role: 'button' | 'link' | 'checkbox' = 'button') => {
    taps += 1;
    const found = page.getByRole(role, { name });
    await (role === 'checkbox' ? found.check() : found.first().tap());
  };

  await signedIn('panel', '/review');
  await tap(/开评议会/, 'link');
  await expect(page.getByText('等着定的 4 条')).toBeVisible();
  await look('assembly');
  await tap(new RegExp(`^划掉.*${households[1]!.name}`));
  await tap('没有这回事');
  await page.getByRole('dialog').getByRole('button', { name: '划掉' }).tap();
  await expect(page.getByText('划掉:没有这回事')).toBeVisible();
  const { items } = await panel.get<{ items: { name: string; id: string }[] }>(
    `/assemblies/people?area_id=${(await panel.get<{ scopes: { village_id: string }[] }>('/me')).scopes[0]!.village_id}`,
  );
  const me = await panel.get<{ id: string }>('/me');
  await tap(items.find((one) => one.id !== me.id)!.name, 'checkbox');
  await page.getByLabel('还有谁在场').fill('三组组长');
  await look('assembly-ready');
  await tap('通过 3 条,划掉 1 条');
  await tap('到现场看过');
  await page.getByRole('dialog').getByRole('button', { name: '通过 3 条' }).tap();
  await expect(page).toHaveURL(/\/review\/assembly\/[0-9a-f-]{36}/);
  await expect(page.getByRole('row')).toHaveCount(5);
  await expect(page.getByText('三组组长')).toBeVisible();
  await look('assembly-minutes');
  console.log(`a meeting about ${awards.length + 1} awards: ${taps + 2} taps`);

  const states = await Promise.all(
    [...awards, proof].map(({ id }) => panel.get<Award>(`/awards/${id}`)),
  );
  expect(states.map(({ status }) => status)).toEqual(['posted', 'rejected', 'posted', 'posted']);
  const after = await worker.statement(households[0]!.id);
  const given = states
    .filter((one) => one.status === 'posted' && one.household_id === households[0]!.id)
    .reduce((sum, one) => sum + one.points, 0);
  expect(after.household.balances.pending).toBe(before.household.balances.pending + given);

  const pdf = await page.pdf({
    format: 'A4',
    path: `output/screens/assembly-minutes-${large ? 'large' : 'normal'}.pdf`,
  });
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('button', { name: '打印' })).toBeHidden();
  await expect(page.getByRole('list', { name: '签字' }).getByRole('listitem')).toHaveCount(2);
});

/** Mutation: let the writer's word stand for those whom he names. */
test('who was there confirms from his own phone what the writer may not decide @screen', async ({
  page,
  as,
  signedIn,
  look,
  onTheTable,
}) => {
  const { panel, worker } = await onTheTable(advice, 1);
  const cadre = await as('cadre');
  const [asked] = await worker.fresh(advice, 1);
  const own = await cadre.award(asked!.id, advice, '书记自己记的');
  const [village, member] = [
    (await cadre.get<{ scopes: { village_id: string }[] }>('/me')).scopes[0]!.village_id,
    await panel.get<{ id: string; name: string }>('/me'),
  ];
  const minutes = await cadre.post<{ id: string }>('/assemblies', {
    id: uuidV7(),
    area_id: village,
    held_on: villageDay(),
    present: [member.id],
    lines: [{ award_id: own.id, decision: 'approve' }],
  });
  expect((await panel.get<Award>(`/awards/${own.id}`)).status).toBe('submitted');

  await signedIn('panel', '/review/assembly');
  await page
    .getByRole('link', { name: /等您确认/ })
    .first()
    .tap();
  await expect(page).toHaveURL(new RegExp(minutes.id));
  await expect(page.getByText(`还没有用自己的账号确认:${member.name}`)).toBeVisible();
  await look('assembly-confirm');
  await page.getByRole('button', { name: '我在场,记得没错,定下 1 条' }).tap();
  await expect(page.getByText('确认通过')).toBeVisible();
  await expect(page.getByRole('button', { name: /我在场/ })).toBeHidden();
  expect((await panel.get<Award>(`/awards/${own.id}`)).status).toBe('posted');
});

test('what others decided meanwhile is said, and nothing is decided twice', async ({
  page,
  signedIn,
  onTheTable,
}) => {
  const { panel, awards } = await onTheTable(advice, 2);
  await signedIn('panel', '/review/assembly');
  await expect(page.getByText('等着定的 2 条')).toBeVisible();
  for (const { id } of awards) await panel.post(`/awards/${id}/approve`, {});
  await page.getByRole('button', { name: '通过 2 条' }).tap();
  await expect(page.getByRole('alert').filter({ hasText: '已经有人处理过' })).toBeVisible();
});
