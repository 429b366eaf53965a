import type { Award, Caller, Household } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

const heap = '占道堆放不清理';

/** Households that nobody has warned of anything lately. */
async function unwarned(worker: Caller, count: number): Promise<Household[]> {
  const { items } = await worker.get<{ items: { household_id: string }[] }>('/warnings?limit=200');
  const warned = items.map((one) => one.household_id);
  const found = await worker.fresh(heap, count + warned.length);
  return found.filter((one) => !warned.includes(one.id)).slice(0, count);
}

/** Mutation: let what a worker proposes count at once, or show the panel nothing of the warning. */
test('a worker warns, the panel decides, the household is told @screen', async ({
  page,
  as,
  open,
  signedIn,
  look,
  large,
}) => {
  test.setTimeout(60_000);
  const [worker, panel] = [await as('worker'), await as('panel')];
  await panel.clearTable();
  const [one] = (await unwarned(worker, 1)) as [Household];
  const before = await worker.statement(one.id);

  await signedIn('worker', `/award/${one.id}`);
  await page.getByText('先当面说,到期没改再交评议').tap();
  await look('warnings-rules');
  await page.getByRole('button', { name: '林区野外用火' }).tap();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '记下劝导' }).tap();
  await expect(dialog.getByRole('alert')).toContainText('请写一句看到了什么');
  await dialog.getByLabel(/看到了什么/).fill('田边烧草,当场劝灭');
  await expect(dialog.getByRole('button', { name: '今天' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await look('warnings-say');
  await dialog.getByRole('button', { name: '另选' }).tap();
  await look('warnings-say-another-day');
  await dialog.getByRole('button', { name: '今天' }).tap();
  await dialog.getByRole('button', { name: '记下劝导' }).tap();
  await expect(page.getByText(/劝导记下了/)).toBeVisible();
  // Once is enough until it is settled.
  await page.getByRole('button', { name: '林区野外用火' }).tap();
  await dialog.getByLabel(/看到了什么/).fill('又烧');
  await dialog.getByRole('button', { name: '记下劝导' }).tap();
  await expect(dialog.getByRole('alert')).toContainText('已经劝导过');
  await dialog.getByRole('button', { name: '不了' }).tap();
  await page.getByRole('link', { name: '看劝导过的' }).tap();

  const open_ = page.getByRole('list', { name: '还没办完的', exact: true });
  const mine = open_
    .getByRole('listitem')
    .filter({ hasText: one.name })
    .filter({ hasText: '林区野外用火' });
  await expect(mine).toContainText('今天到期');
  await look('warnings-list');
  await mine.getByRole('button', { name: /没改,交评议/ }).tap();
  await dialog.getByRole('button', { name: '当场不听' }).tap();
  await look('warnings-propose');
  await dialog.getByRole('button', { name: '交评议', exact: true }).tap();
  await expect(page.getByText('已交评议')).toBeVisible();
  await expect(mine).toBeHidden();
  const [proposed] = (await panel.waiting()).filter((award) => award.household_id === one.id);
  expect([proposed!.status, proposed!.points]).toEqual(['submitted', -10]);
  expect((await worker.statement(one.id)).household.balances.pending).toBe(
    before.household.balances.pending,
  );

  const words = /劝导过\(田边烧草,当场劝灭\),当场没改/;
  await signedIn('panel', '/review');
  await expect(page.getByText(words)).toBeVisible();
  await look('warnings-review');
  await open('/review/assembly');
  await expect(page.getByText(words)).toBeVisible();
  await look('warnings-assembly');
  await page.getByRole('button', { name: '通过 1 条' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '照片看过' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: '通过 1 条' }).tap();
  await expect(page).toHaveURL(/\/review\/assembly\/[0-9a-f-]{36}/);
  expect((await panel.get<Award>(`/awards/${proposed!.id}`)).status).toBe('posted');

  await signedIn('worker', '/warnings');
  const untold = page.getByRole('list', { name: '还没告知的扣分' });
  await look('warnings-untold');
  await untold.getByRole('link').filter({ hasText: one.name }).filter({ hasText: '林区' }).tap();
  await expect(page.getByRole('heading', { name: '扣分告知单' })).toBeVisible();
  await look('warnings-notice');
  const name = `output/screens/deduction-notice-${large ? 'large' : 'normal'}`;
  const pdf = await page.pdf({ format: 'A5', path: `${name}.pdf` });
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('button', { name: '已告知' })).toBeHidden();
  await page.screenshot({ path: `${name}.png` });
  await page.emulateMedia({ media: null });
  await page.getByRole('button', { name: '已告知' }).tap();
  await expect(page.getByText('告知记下了')).toBeVisible();
  await expect(page.getByText(/把告知单交给了/)).toBeVisible();
  await look('warnings-told');
  const { items } = await worker.get<{ items: Award[] }>('/awards?untold=true&limit=200');
  expect(items.map(({ id }) => id)).not.toContain(proposed!.id);
});

/** Mutation: let a proposal be made before its day is over. */
test('what is put right is over, and what has still time is not proposed @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const [worker, cadre] = [await as('worker'), await as('cadre')];
  const [late, early] = (await unwarned(worker, 2)) as [Household, Household];
  await worker.warn(early.id, heap, '沙子堆在路口', 1);
  await worker.warn(late.id, heap, '柴堆占了半边路', 5);
  await signedIn('worker', '/warnings');
  const list = page.getByRole('list', { name: '还没办完的', exact: true });
  const of = (name: string, note: string) =>
    list.getByRole('listitem').filter({ hasText: name }).filter({ hasText: note });
  await expect(of(early.name, '沙子堆在路口')).toContainText('还有 2 天');
  await expect(of(early.name, '沙子堆在路口').getByRole('button', { name: /交评议/ })).toHaveCount(
    0,
  );
  await expect(of(late.name, '柴堆占了半边路')).toContainText('已过期 2 天');
  await of(late.name, '柴堆占了半边路')
    .getByRole('button', { name: /^改好了/ })
    .tap();
  await page.getByRole('button', { name: '到现场看过' }).tap();
  await look('warnings-put-right');
  await page.getByRole('dialog').getByRole('button', { name: '改好了' }).tap();
  await expect(page.getByText('记下了,改好了')).toBeVisible();
  const over = page.getByRole('list', { name: '办完的', exact: true });
  await expect(over.getByRole('listitem').first()).toContainText('改好了:到现场看过');
  await look('warnings-settled');

  // A cadre sees it too, and may not deduct beside it.
  await signedIn('cadre', '/warnings');
  await expect(of(early.name, '沙子堆在路口')).toBeVisible();
  await expect(cadre.award(early.id, heap, '不清')).rejects.toThrow('warn_first');
});
