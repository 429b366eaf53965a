import type { Page } from '@playwright/test';
import type { Caller } from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';
import { draftOf, rewrite, type RuleSet } from '../harness/tables.ts';

const draft = async (cadre: Caller, id: string) => cadre.get<RuleSet>(`/rule-sets/${id}`);
const names = async (cadre: Caller, id: string) =>
  (await draft(cadre, id)).items.map((rule) => rule.name);
/** All that the phone keeps. */
const kept = () => JSON.stringify({ ...localStorage });
const kinds = ['分级加分', '分级扣分', '越多越高', '按数额', '基础分', '前几名奖励', '一票否决'];

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: '存草稿' }).tap();
  await expect(page.getByText('草稿存好了')).toBeVisible();
}
/** What an item says beyond the plainest one. */
function said({
  id: _id,
  position: _position,
  category: _category,
  ...rule
}: object & Partial<Record<'id' | 'position' | 'category', unknown>>) {
  const plain = { unit: '次', proofs: ['none'], review: 'none', redeemable: true };
  const isSaid = ([field, value]: [string, unknown]) =>
    value !== null &&
    value !== false &&
    !(Array.isArray(value) && !value.length) &&
    JSON.stringify(value) !== JSON.stringify((plain as Record<string, unknown>)[field]);
  return Object.fromEntries(Object.entries(rule).filter(isSaid));
}
const wall = (page: Page) => page.getByText('张贴时会写成').locator('..');

/** Mutation: send every field whatever the shape, or lose what was typed on the way back to the list. */
test('a cadre writes one item of every shape and saves them @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  test.setTimeout(240_000);
  const cadre = await as('cadre');
  const { id } = await draftOf(cadre);
  await signedIn('cadre', `/rules/${id}/edit`);
  await expect(page.getByText('样样做满一年')).toBeVisible();
  await look('editor-list');

  await page.getByRole('link', { name: /占道堆放/ }).tap();
  await expect(wall(page)).toContainText(
    '占道堆放，经劝导 3 天仍不清理的，每处扣 2 分，附照片，评议会定。',
  );
  await look('editor-item');
  await page.getByRole('button', { name: '每处扣:多 1' }).tap();
  await page.getByRole('textbox', { name: '限 天' }).fill('5');
  await expect(wall(page)).toContainText('经劝导 5 天仍不清理的，每处扣 3 分');
  await page.getByRole('textbox', { name: '每处扣 分' }).fill('两分');
  await expect(page.getByText('要写 0.01 到 10000 之间的数')).toBeVisible();
  await look('editor-number');
  await page.getByRole('textbox', { name: '每处扣 分' }).fill('2.5');
  await page.getByRole('button', { name: '返回' }).tap();
  await expect(page.getByText('每处扣 2.5 分')).toBeVisible();
  await expect(page.getByText('有改动没存')).toBeVisible();

  for (const kind of ['评比', ...kinds]) {
    await page.getByRole('button', { name: '加一条事项' }).tap();
    await page.getByRole('textbox', { name: '事项' }).fill(`试一试${kind}`);
    await page.getByRole('combobox', { name: '类别' }).selectOption('公益活动');
    if (kinds.includes(kind)) await page.getByText('别的算法', { exact: true }).first().tap();
    await page.getByRole('button', { name: kind, exact: true }).tap();
    if (['分级加分', '越多越高', '按数额'].includes(kind)) {
      await page.getByRole('button', { name: /^再加一/ }).tap();
    }
    if (kind === '分级加分') await page.getByLabel('叫什么').last().fill('县级');
    await page.getByText('更多', { exact: true }).tap();
    await look(`editor-${kind}`);
    await page.getByRole('button', { name: '返回' }).tap();
    await expect(page.getByText(`试一试${kind}`).first()).toBeVisible();
  }
  await save(page);
  const saved = (await draft(cadre, id)).items.filter((rule) => rule.name.startsWith('试一试'));
  expect(saved.map(({ name, kind, ...rule }) => ({ kind, ...said(rule) }))).toEqual([
    { kind: 'inspection', points: 1, points_per_spot: 1, cap: { units: 1, window: 'month' } },
    {
      kind: 'degrees',
      points: 2,
      degrees: [
        { name: '一般', points: 1 },
        { name: '县级', points: 2 },
      ],
    },
    { kind: 'degrees_off', points: 1, degrees: [{ name: '一般', points: 1 }], review: 'assembly' },
    {
      kind: 'ladder',
      points: 2,
      window: 'year',
      steps: [
        { units: 1, points: 1 },
        { units: 2, points: 2 },
      ],
    },
    {
      kind: 'bands',
      points: 1,
      unit: '元',
      bands: [
        { from: 100, to: 1099, per: 100, points: 1 },
        { from: 1100, to: null, per: 100, points: 1 },
      ],
    },
    { kind: 'base', points: 1, window: 'year' },
    { kind: 'top_share', points: 1, percent: 10, window: 'year' },
    {
      kind: 'veto',
      points: 0,
      review: 'assembly',
      veto: { lowers_to: null, zeroes: null, blocks_years: 1 },
    },
  ]);
  await look('editor-saved');
});

/** Mutation: forget the order, or take out the wrong row. */
test('items are copied, moved and taken out, and a reload loses nothing @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const cadre = await as('cadre');
  const { id } = await draftOf(cadre);
  const before = await names(cadre, id);
  await signedIn('cadre', `/rules/${id}/edit`);
  await page.getByRole('button', { name: '排序、复制、删除' }).tap();
  const down = page.getByRole('button', { name: `下移 ${before[0]}` });
  await down.press('Enter');
  await expect(page.getByText(`「${before[0]}」现在是第 2 条`)).toBeAttached();
  await expect(down).toBeFocused();
  await page.getByRole('button', { name: `复制 ${before[0]}` }).tap();
  await page.getByRole('button', { name: `删除 ${before[3]}` }).tap();
  await look('editor-arranging');
  await page.getByRole('button', { name: '撤销' }).tap();
  await page.getByRole('button', { name: `删除 ${before[2]}` }).tap();

  const wanted = [before[1], before[0], `${before[0]}（2）`, ...before.slice(3)];
  await expect.poll(() => page.evaluate(kept)).toContain(`${before[0]}（2）`);
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(page.getByText('上次没存的改动找回来了')).toBeVisible();
  await look('editor-found');
  await page.getByRole('button', { name: '返回' }).tap();
  await expect(page.getByText('只留在这台手机上')).toBeVisible();
  await page.getByRole('button', { name: '回去存' }).tap();
  await save(page);
  expect(await names(cadre, id)).toEqual(wanted);
});

/** Mutation: take the halves of characters for characters, or hide the reason. */
test('words that cross a line are marked where they stand, and refused fields say so @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const cadre = await as('cadre');
  const { id } = await draftOf(cadre);
  const [first, second] = await names(cadre, id);
  await signedIn('cadre', `/rules/${id}/edit/1`);
  await page.getByRole('textbox', { name: '事项' }).fill('𠮷家不参加大扫除的取消低保资格');
  await save(page);
  await expect(page.locator('mark')).toHaveText('取消低保');
  await page.getByText('看依据').tap();
  await expect(page.getByText('村民委员会组织法')).toBeVisible();
  await look('editor-alarm');
  await page.getByRole('button', { name: '返回' }).tap();
  await expect(page.getByText('不能这样写')).toBeVisible();
  await look('editor-alarm-list');
  await page.getByRole('link', { name: /取消低保/ }).tap();
  await page.getByRole('textbox', { name: '事项' }).fill(second!);
  await expect(page.locator('mark')).toHaveCount(0);
  await page.getByRole('button', { name: '存草稿' }).tap();
  await expect(page.getByText(/写了两次/)).toHaveCount(0);
  await page.getByRole('button', { name: '返回' }).tap();
  await page
    .getByRole('link', { name: new RegExp(second!) })
    .nth(1)
    .tap();
  await expect(page.getByText(/写了两次/).first()).toBeVisible();
  await look('editor-refused');
  await page.getByRole('textbox', { name: '事项' }).fill(first!);
  await save(page);
});

/** Mutation: write over what another saved. */
test('what another saved meanwhile is shown beside one’s own @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const cadre = await as('cadre');
  const { id } = await draftOf(cadre);
  await signedIn('cadre', `/rules/${id}/edit`);
  await page.getByLabel('细则叫什么').fill('我写的细则');
  await rewrite(cadre, id, (all) => all.slice(1));
  await page.getByRole('button', { name: '存草稿' }).tap();
  await expect(page.getByText('不一样的有 1 条')).toBeVisible();
  await look('editor-conflict');
  const file = page.waitForEvent('download');
  await page.getByRole('button', { name: '把我写的存成文件' }).tap();
  expect((await file).suggestedFilename()).toBe('我写的细则 我写的.txt');
  await page.getByRole('button', { name: '用我的盖过去' }).tap();
  await expect(page.getByLabel('细则叫什么')).toHaveValue('我写的细则');
  await expect.poll(async () => (await draft(cadre, id)).title).toBe('我写的细则');
});

/** Mutation: bring in a sheet with errors, or without showing it first. */
test('the village decides beside the table, and a sheet can take its place @screen', async ({
  page,
  as,
  signedIn,
  look,
}) => {
  const cadre = await as('cadre');
  const { id } = await draftOf(cadre);
  await signedIn('cadre', `/rules/${id}/edit`);
  await page.getByText('村里定的', { exact: true }).tap();
  await page.getByRole('button', { name: '过几年作废' }).tap();
  await page.getByRole('button', { name: '按名次' }).tap();
  await page.getByRole('switch', { name: '分大的一律上评议会' }).tap();
  await look('editor-decisions');
  await save(page);
  const decided = (await draft(cadre, id)) as unknown as { decisions: object };
  expect(decided.decisions).toMatchObject({
    expiry: { kind: 'years', years: 2 },
    assembly_from: 20,
    stars: { by: 'share' },
  });

  await page.getByText('用表格', { exact: false }).first().tap();
  const head = '类别,事项,方式,分值,单位,上限次数,上限周期,佐证,审核,可兑换,选项,说明';
  const sheet = (rows: string[]) => ({
    name: '细则.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`\ufeff${[head, ...rows].join('\n')}\n`),
  });
  const input = page.getByLabel(/把表格导进来/);
  await input.setInputFiles(sheet(['公益,植树,加分,很多,次,,,无,免审,是,,']));
  await expect(page.getByText('要先在表格里改好')).toBeVisible();
  await look('editor-sheet-wrong');
  await input.setInputFiles(sheet(['公益,植树,加分,5,次,,,无,免审,是,,']));
  await page.getByRole('button', { name: '换成这张表' }).tap();
  await expect(page.getByText('导进来了 1 条')).toBeVisible();
  expect(await names(cadre, id)).toEqual(['植树']);
  await expect(page.getByRole('link', { name: /植树/ })).toBeVisible();
});

/** Mutation: let a table run over onto a second sheet, or cut it off at the first one's end. */
test('a table is printed on one sheet as long as people can read it @screen', async ({
  page,
  as,
  signedIn,
  look,
  large,
}) => {
  const cadre = await as('cadre');
  const { id } = await draftOf(cadre);
  for (const length of [0, 28, 60, 200]) {
    if (length) {
      await rewrite(cadre, id, (all) =>
        Array.from({ length }, (_, at) => ({
          ...all[at % all.length]!,
          id: undefined,
          name: `${all[at % all.length]!.name}${at}`,
          category: all[Math.floor((at * all.length) / length)]!.category,
        })),
      );
    }
    await signedIn('cadre', `/rules/${id}/print`);
    await expect(page.getByText('有意见请找村务监督委员会')).toBeVisible();
    await look(`print-${length}`);
    const pdf = await page.pdf({
      preferCSSPageSize: true,
      printBackground: true,
      path: `output/screens/print-${length}-${large ? 'large' : 'normal'}.pdf`,
    });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g);
    const fits = length <= 60;
    if (!fits) expect(pages!.length, `${length} items`).toBeGreaterThan(1);
    else expect(pages, `${length} items`).toHaveLength(1);
    await expect(page.getByText('一张 A3 放不下')).toHaveCount(fits ? 0 : 1);
    const { shown, below, type } = await page.locator('.paper').evaluate((paper) => {
      const { bottom } = paper.getBoundingClientRect();
      const rows = [...paper.querySelectorAll('tbody tr, .foot-line')];
      return {
        shown: rows.length - 1,
        below: rows.filter((row) => row.getBoundingClientRect().bottom > bottom).length,
        type: Number.parseFloat(getComputedStyle(paper.querySelector('.sheet')!).fontSize),
      };
    });
    expect({ shown, below }).toEqual({ shown: (await names(cadre, id)).length, below: 0 });
    // 7 pt at 96 dots an inch.
    expect(type).toBeGreaterThan(9.3);
    expect(pdf.toString('latin1')).toMatch(
      /MediaBox\s*\[\s*0 0 841\.\d+ 1190\.\d+|MediaBox\s*\[\s*0 0 84[12]/,
    );
  }
});
