import { cleaning } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';
import { inForce } from '../harness/tables.ts';

/** Mutation: let the phone promise points beyond the cap. */
test('a cap is said before it bites @screen', async ({ page, as, open, signedIn, look }) => {
  const worker = await as('worker');
  const one = await worker.freshOne(cleaning);
  for (let times = 0; times < 3; times += 1) await worker.award(one.id, cleaning);

  await signedIn('worker', `/award/${one.id}`);
  await page.getByRole('button', { name: cleaning }).first().tap();
  await expect(page.getByText('本月第 4 次,最多 4 次')).toBeVisible();
  await page.getByRole('button', { name: '多 1 人次' }).tap();
  await expect(page.getByText('本月只能再加 1 次,多出的不算分')).toBeVisible();
  await look('award-clipped');
  await page.getByRole('button', { name: `给 ${one.name} 加 5 分` }).tap();
  await expect(page.getByText('这次只加 5 分,已到上限')).toBeVisible();

  await open(`/award/${one.id}`);
  await page.getByRole('button', { name: cleaning }).first().tap();
  await expect(page.getByText('本月 4 次已满,再记不加分')).toBeVisible();
  await look('award-full');
});

/** Mutation: offer deductions to a worker, take one without saying why, or let fields push the button away. */
test('a cadre deducts with a reason, a worker is not offered it @screen', async ({
  page,
  as,
  open,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const one = await worker.firstHousehold();
  await signedIn('worker', `/award/${one.id}`);
  await expect(page.getByText('全部事项')).toBeVisible();
  await expect(page.getByText('扣分', { exact: true })).toHaveCount(0);
  // What a warning comes before is not offered to a cadre either.
  await signedIn('cadre', `/award/${one.id}`);
  await expect(page.getByText('全部事项')).toBeVisible();
  await expect(page.getByText('扣分', { exact: true })).toHaveCount(0);
  const heap = '占道堆放不清理';
  await inForce(await as('cadre'), await as('town'), (items) =>
    items.map((item) => (item.name === heap ? { ...item, warn_first: null } : item)),
  );

  await signedIn('cadre', `/award/${one.id}`);
  await page.getByText('扣分', { exact: true }).tap();
  await page.getByRole('button', { name: heap }).first().tap();
  const take = page.getByRole('button', { name: `给 ${one.name} 扣 2 分` });
  await expect(take).toBeVisible();
  await look('deduction');
  const day = page.getByLabel('哪一天的事');
  await day.selectOption('另选');
  await expect(page.getByLabel('哪一天', { exact: true })).toBeVisible();
  await expect(take).toBeInViewport({ ratio: 1 });
  await look('deduction-another-day');
  await day.selectOption('今天');
  const why = page.getByLabel('为什么扣');
  await why.fill('  ');
  await take.tap();
  await expect(why).toBeFocused();
  await expect(why).toHaveAccessibleDescription('扣分要写清为什么,请写一句。');
  await look('deduction-without-a-note');
  await expect(page.getByText('已交评议')).toHaveCount(0);
  await why.fill('劝导三天后仍堆在路口');
  await take.tap();
  await expect(page.getByText('已交评议')).toBeVisible();
  await open('/mine');
  await expect(page.getByRole('button', { name: /^撤回/ }).first()).toBeVisible();
  await look('mine-cadre');
});

/** Mutation: answer an unknown household with an empty screen. */
test('what cannot be found says so @screen', async ({ page, open, signedIn, look }) => {
  await signedIn('worker', '/households/01939f7e-0000-7000-8000-000000000001');
  await expect(page.getByRole('alert').filter({ hasText: '没有找到' })).toBeVisible();
  await look('household-missing');
  await open('/no-such-page');
  await expect(page.getByRole('heading', { name: '没有这一页' })).toBeVisible();
  await look('missing');
});
