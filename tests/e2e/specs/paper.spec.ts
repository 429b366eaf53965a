import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import {
  cleaning,
  villageDay,
  type Award,
  type Caller,
  type Household,
} from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';

interface List<T> {
  items: T[];
}
type Recorded = Award & { sheet: string | null; handled_by: string | null };

/** Whose first grid the demonstration worker's is, and who lives there. */
async function firstGrid(worker: Caller): Promise<Household[]> {
  const { items } = await worker.get<List<Household>>('/households?limit=200');
  return items.filter((one) => one.status !== 'closed');
}

async function mine(person: Caller): Promise<Recorded[]> {
  return (await person.get<List<Recorded>>('/awards?mine=true&limit=200')).items;
}

const number = () => String(Number(villageDay().slice(8)));
/** Shows a deed where one stands there at a time. */
async function turnTo(page: Page, deed: string): Promise<void> {
  const which = page.getByLabel('录哪一项');
  await expect(page.getByText('加一项')).toBeVisible();
  if (!(await which.isVisible())) return;
  const place = await which.locator('option', { hasText: deed }).getAttribute('value');
  await which.selectOption(place);
}
const day = (page: Page, deed: string) => page.getByLabel(`${deed}是几号`);
const cell = (page: Page, one: Household, deed: string) =>
  page.getByRole('textbox', { name: `${one.name} ${deed}`, exact: true });

test.describe('at a computer', () => {
  test.use({ viewport: { width: 1280, height: 900 }, isMobile: false, hasTouch: false });

  /** Mutations: send under new ids with every press; record what was not ticked; forget what was typed. */
  test('a clerk types a sheet with the keyboard and no lost answer records it twice @screen', async ({
    page,
    as,
    signedIn,
    look,
  }) => {
    const [worker, cadre] = [await as('worker'), await as('cadre')];
    const homes = await firstGrid(worker);
    const [first, second, third] = homes as [Household, Household, Household];
    await worker.award(second.id, cleaning);
    const before = (await mine(cadre)).length;

    await signedIn('cadre', '/paper');
    await expect(page.getByText('加一项')).toBeVisible();
    await page.getByLabel('纸单号').fill('12');
    await page.getByLabel('谁报来的').fill('一组组长');
    await turnTo(page, cleaning);
    await day(page, cleaning).fill(number());
    await cell(page, first, cleaning).focus();
    for (const key of ['1', 'Enter', '1', 'Enter', '多', 'Enter', 'ArrowUp']) {
      await (key === '多' ? page.keyboard.insertText(key) : page.keyboard.press(key));
    }
    await expect(cell(page, third, cleaning)).toBeFocused();
    await expect(page.getByRole('button', { name: '有 1 格看不懂' })).toBeVisible();
    await look('paper-typed');
    await cell(page, third, cleaning).fill('2');
    await page.reload();
    await turnTo(page, cleaning);
    await expect(cell(page, third, cleaning)).toHaveValue('2');
    await expect(page.getByLabel('纸单号')).toHaveValue('12');

    await page.getByRole('button', { name: '看一遍,共 3 条' }).click();
    const known = page.getByRole('list', { name: '已经记过的' });
    await expect(known).toContainText(second.name);
    await expect(page.getByRole('list', { name: '要记的' })).toContainText('2 户,共 3 人次');
    await look('paper-check');
    // The answer is lost on its way, not the request.
    await page.route(
      '**/awards/batch',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await page.getByRole('button', { name: '记下 2 条' }).click();
    await expect(page.getByRole('alert').filter({ hasText: '连不上网络' })).toBeVisible();
    await page.getByRole('button', { name: '记下 2 条' }).click();
    await expect(page.getByText('记好了 2 条')).toBeVisible();
    await look('paper-recorded');
    const recorded = await mine(cadre);
    expect(recorded.length).toBe(before + 2);
    expect(recorded[0]).toMatchObject({ sheet: '12', handled_by: '一组组长' });

    await page.getByRole('button', { name: '看一遍,共 1 条' }).click();
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: '记下 1 条' }).click();
    await expect(page.getByText('记好了 3 条')).toBeVisible();
    expect((await mine(cadre)).length).toBe(before + 3);
    await page.getByRole('button', { name: '换一张' }).click();
    await expect(cell(page, first, cleaning)).toHaveValue('');
  });

  test('a month of forty households and five deeds is typed without the mouse', async ({
    page,
    as,
    signedIn,
  }) => {
    test.setTimeout(180_000);
    const [worker, cadre] = [await as('worker'), await as('cadre')];
    const homes = (await firstGrid(worker)).slice(0, 40);
    const before = (await mine(cadre)).length;
    await signedIn('cadre', '/paper');
    const days = page.getByLabel(/是几号$/);
    await expect(days.first()).toBeVisible();
    let keys = 0;
    for (let column = 0; column < 5; column += 1) {
      await days.nth(column).fill(number());
      keys += number().length + 1;
    }
    for (let column = 0; column < 5; column += 1) {
      await page.locator(`[data-spot="0 ${column}"]`).focus();
      for (const _ of homes) {
        await page.keyboard.press('1');
        await page.keyboard.press('Enter');
        keys += 2;
      }
    }
    await page.getByRole('button', { name: '看一遍,共 200 条' }).click();
    // The demonstration town has recorded some of them today.
    await page.getByRole('button', { name: /^记下 \d+ 条$/ }).click();
    await expect(page.getByText(/^记好了 \d+ 条/)).toBeVisible({ timeout: 60_000 });
    const recorded = Number(/\d+/.exec(await page.getByText(/^记好了 \d+ 条/).innerText()));
    expect((await mine(cadre)).length).toBeGreaterThan(before);
    console.log(`a month of 40 households and 5 deeds: ${keys} keys, 2 taps, ${recorded} awards`);
  });
});

/** Mutation: show all deeds across on a phone. */
test('on a phone one deed at a time is typed @screen', async ({ page, as, signedIn, look }) => {
  const worker = await as('worker');
  const [first] = (await firstGrid(worker)) as [Household];
  await signedIn('worker', '/paper');
  const which = page.getByLabel('录哪一项');
  await expect(which).toBeVisible();
  await expect(page.getByLabel(/是几号$/)).toHaveCount(1);
  await turnTo(page, cleaning);
  await day(page, cleaning).fill(number());
  await cell(page, first, cleaning).fill('√');
  await look('paper-phone');
  await page
    .getByRole('button', { name: /^(前|后)一项$/, disabled: false })
    .first()
    .tap();
  await expect(cell(page, first, cleaning)).toBeHidden();
  await turnTo(page, cleaning);
  await expect(cell(page, first, cleaning)).toHaveValue('√');
  await expect(page.getByRole('button', { name: '看一遍,共 1 条' })).toBeVisible();
  await expect(page.getByRole('link', { name: '导入 Excel' })).toHaveCount(0);
});

/** Mutations: record before the report was read; skip what was recorded before without asking. */
test('a file is looked through, then recorded, and again it records nothing @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const [worker, cadre] = [await as('worker'), await as('cadre')];
  const [first, second] = (await firstGrid(worker)) as [Household, Household];
  await worker.award(second.id, cleaning);
  const before = (await mine(cadre)).length;

  await signedIn('cadre', '/paper');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '下载空白表' }).tap(),
  ]);
  expect(download.suggestedFilename()).toMatch(/积分月表\.xlsx$/);
  const blank = await readFile(await download.path());
  await page.getByRole('link', { name: '导入 Excel' }).tap();
  const xlsx = { name: '空白.xlsx', mimeType: 'application/octet-stream', buffer: blank };
  await page.getByLabel('选文件').setInputFiles(xlsx);
  await expect(page.getByText('表里有 0 条')).toBeVisible();

  const lines = [
    '林家排村积分月表',
    `户编号,户主,${cleaning},参加志愿服务,身份证号码`,
    `日期,,${villageDay()},${villageDay()},`,
    `${first.code},${first.name},√,2,431022196708172836`,
    `${second.code},${second.name},1,,431022196708172836`,
    'LJP9999,某某,1,,',
  ];
  const file = { name: '月表.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) };
  await page.getByLabel('选文件').setInputFiles(file);
  await expect(page.getByText('表里有 4 条:要记的 2 条')).toBeVisible();
  await expect(page.getByText('进不来的 1 处')).toBeVisible();
  await expect(page.getByText('431022')).toHaveCount(0);
  await look('paper-import');
  expect((await mine(cadre)).length).toBe(before);
  await page.getByRole('button', { name: '其余的先记下 2 条' }).tap();
  await expect(page.getByText('表里有 4 条:记下了 2 条')).toBeVisible();
  expect((await mine(cadre)).length).toBe(before + 2);
  await look('paper-imported');

  await page.getByLabel('选文件').setInputFiles({ ...file, name: '再来.csv' });
  await expect(page.getByText('以前导过的 2 条')).toBeVisible();
  await page.getByRole('checkbox', { name: '照样再记' }).check();
  await expect(page.getByText('表里有 4 条:要记的 1 条')).toBeVisible();
});

/** Mutations: offer what is no longer in force; say nothing of the same deed of today. */
test('the last deed is offered again in one tap, and the same of today is said @screen', async ({
  page,
  open,
  as,
  signedIn,
  look,
}) => {
  const worker = await as('worker');
  const [first, second] = (await worker.fresh(cleaning, 2)) as [Household, Household];
  await signedIn('worker', `/award/${first.id}`);
  await page.getByRole('button', { name: cleaning }).first().tap();
  await page.getByRole('button', { name: '多 1 人次' }).tap();
  await page.getByRole('button', { name: `给 ${first.name} 加 10 分` }).tap();
  await expect(page.getByText('已加 10 分')).toBeVisible();

  await open(`/award/${second.id}`);
  await page.getByRole('button', { name: `和上次一样:${cleaning} 2 人次` }).tap();
  await expect(page.getByRole('button', { name: `给 ${second.name} 加 10 分` })).toBeVisible();
  await look('award-again');
  await open(`/award/${first.id}`);
  await page.getByRole('button', { name: '和上次一样' }).tap();
  await expect(page.getByText('今天的这一项,您已经给这一户记过了')).toBeVisible();
  await look('award-warned');
});
