import type { Page } from '@playwright/test';
import { cleaning, type Household } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

type Rule = Record<string, unknown>;

/** Lets the table be read as if it said more than it does. */
async function tableSays(
  page: Page,
  change: (rules: Rule[], time: number) => Rule[],
): Promise<void> {
  let time = 0;
  await page.route('**/api/v1/rules*', async (route) => {
    const answer = await route.fetch();
    const table = (await answer.json()) as { items: Rule[] };
    time += 1;
    await route.fulfill({
      response: answer,
      json: { ...table, items: change(table.items, time) },
    });
  });
}

/** One rule of every kind, made of a plain one. */
function everyKind([plain]: Rule[]): Rule[] {
  const like = (id: number, name: string, change: Rule): Rule => ({
    ...plain,
    id: `01939f7e-0000-7000-8000-00000000000${id}`,
    name,
    cap: null,
    unit: '次',
    ...change,
  });
  const degrees = [
    { name: '村级', points: 3 },
    { name: '镇级', points: 10 },
    { name: '县级', points: 20 },
  ];
  return [
    like(1, '受到表彰', { kind: 'degrees', points: 20, degrees }),
    like(2, '坚持义务巡护', {
      kind: 'ladder',
      points: 50,
      window: 'year',
      steps: [
        { units: 1, points: 5 },
        { units: 10, points: 50 },
      ],
    }),
    like(3, '为村里公益捐款', {
      kind: 'bands',
      unit: '元',
      bands: [{ from: 100, to: null, per: 100, points: 1 }],
    }),
    like(4, '全家参加义务劳动', { per_person: true }),
    like(5, '全年基础分', { kind: 'base', points: 100, window: 'year' }),
    like(6, '年底前十名', { kind: 'top_share', percent: 10, window: 'year' }),
    like(7, '破坏生态环境', { kind: 'degrees_off', degrees }),
    like(8, '违法建房', {
      kind: 'veto',
      points: 0,
      veto: { lowers_to: '三星', zeroes: null, blocks_years: 1 },
    }),
  ];
}

/** Mutation: offer what no deed gives, send a deed without its degree, or hide what a household is multiplied by. */
test('every kind of rule says what it gives and asks for what it needs @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const { items } = await worker.get<{ items: (Household & { size: number })[] }>(
    '/households?limit=80',
  );
  const one = items.find((household) => household.status === 'resident' && household.size > 1)!;
  await tableSays(page, everyKind);
  await signedIn('cadre', `/award/${one.id}`);
  const chip = (name: string) => page.getByRole('button', { name }).first();
  const bar = page.getByRole('form', { name: '记分' });
  const go = bar.locator('button').last();

  await expect(chip('受到表彰')).toContainText('加 3–20 分');
  await expect(chip('坚持义务巡护')).toContainText('最多加 50 分');
  await expect(chip('为村里公益捐款')).toContainText('每 100 元加 1 分');
  await expect(page.getByText('全年基础分')).toHaveCount(0);
  await expect(page.getByText('年底前十名')).toHaveCount(0);

  await chip('坚持义务巡护').tap();
  await expect(bar).toContainText('今年已有 0 次,满 1 次再加 5 分');
  await expect(go).toHaveText(`给 ${one.name} 加 5 分`);

  await chip('全家参加义务劳动').tap();
  await expect(bar.getByRole('group', { name: '人数' })).toContainText('人');
  await look('rule-people');
  await bar.getByRole('button', { name: '少 1 人' }).tap();
  const give = `给 ${one.name} 加 ${(one.size - 1) * Number(await pointsOf(page))} 分`;
  await expect(go).toHaveText(give);

  await chip('为村里公益捐款').tap();
  await expect(go).toHaveText('先写多少元');
  await bar.getByLabel('多少').fill('250');
  await expect(go).toHaveText(`给 ${one.name} 加 2 分`);
  await look('rule-amount');

  await page.getByText('扣分', { exact: true }).tap();
  await expect(page.getByRole('button', { name: /^破坏生态环境/ })).toContainText('扣 3–20 分');
  await page.getByRole('button', { name: /^违法建房/ }).tap();
  await expect(bar).toContainText('评星最高三星、1 年不能换东西');
  await expect(go).toHaveText(`给 ${one.name} 记否决`);
  await look('rule-veto');

  await chip('受到表彰').tap();
  await expect(go).toHaveText('先选是哪一档');
  await bar.getByRole('button', { name: /^县级/ }).tap();
  await expect(go).toHaveText(`给 ${one.name} 加 20 分`);
  await look('rule-degrees');
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await go.tap();
  expect((await sent).postDataJSON()).toMatchObject({ degree: '县级', household_id: one.id });
});

/** What the plain rule gives each person, as its chip prints it. */
async function pointsOf(page: Page): Promise<string> {
  const chip = page.getByRole('button', { name: '全家参加义务劳动' }).first();
  return /\+([\d.]+)/.exec((await chip.textContent())!)![1]!;
}

/** Mutation: keep the table that was read before. */
test('a rule that is no longer in force leaves the screen', async ({ page, as, signedIn }) => {
  const worker = await as('worker');
  const one = await worker.freshOne(cleaning);
  const gone = { id: '01939f7e-0000-7000-8000-000000000009', name: '已经取消的事项' };
  await tableSays(page, (rules, time) =>
    time === 1 ? [{ ...rules[0], ...gone, cap: null }, ...rules] : rules,
  );
  await signedIn('worker', `/award/${one.id}`);
  await page.getByRole('button', { name: gone.name }).first().tap();
  await page.getByRole('form', { name: '记分' }).locator('button').last().tap();
  await expect(page.getByRole('alert').filter({ hasText: '没有这一项' })).toBeVisible();
  await expect(page.getByText(gone.name)).toHaveCount(0);
  await page.getByRole('button', { name: cleaning }).first().tap();
  await page.getByRole('button', { name: `给 ${one.name} 加 5 分` }).tap();
  await expect(page.getByText('已加 5 分')).toBeVisible();
});
