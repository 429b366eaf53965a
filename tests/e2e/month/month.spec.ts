import type { Locator, Page } from '@playwright/test';
import {
  advice,
  cleaning,
  villageDay,
  type Award,
  type Caller,
  type Household,
} from '../harness/caller.ts';
import { expect, test } from '../harness/fixtures.ts';
import { villageOf } from '../harness/tables.ts';

/** What the month consists of. */
const awardsWanted = 200;
const activitiesWanted = 6;
const attendees = 25;
/** Deeds of the table that a worker records day by day; the second one waits for the panel. */
const deeds = [cleaning, advice, '参加文体活动排练演出', '文明祭祀、林区不用火'];

/** Counts what a thumb does. */
class Thumb {
  taps = 0;
  async tap(place: Locator): Promise<void> {
    this.taps += 1;
    await place.tap();
  }
  async check(place: Locator): Promise<void> {
    this.taps += 1;
    await place.check();
  }
}

interface Area {
  id: string;
  name: string;
  level: string;
}

const next = (page: Page) => page.getByRole('button', { name: /下一户$/ });

/** Walks one round from its first door to its end; how many were judged. */
async function walk(page: Page, thumb: Thumb): Promise<number> {
  let judged = 0;
  await expect(next(page)).toBeVisible();
  while (await next(page).isVisible()) {
    // One door in eight has a spot.
    if (judged % 8 === 3) await thumb.tap(page.getByRole('button', { name: /扣一处$/ }).first());
    await thumb.tap(next(page));
    judged += 1;
  }
  await expect(page.getByText('归您评的都评完了。')).toBeVisible();
  await expect(page.getByText(/还没传上去/)).toBeHidden();
  return judged;
}

async function round(page: Page): Promise<{ judged: number; taps: number; closing: number }> {
  const [thumb, closing] = [new Thumb(), new Thumb()];
  const judged = await walk(page, thumb);
  await closing.tap(page.getByRole('link', { name: '去结束评比' }));
  await closing.tap(page.getByRole('button', { name: /^结束评比,记下 \d+ 户的分$/ }));
  await expect(page.getByText(/结束的评比$/)).toBeVisible();
  return { judged, taps: thumb.taps, closing: closing.taps };
}

/** Records deeds one by one from the first screen; deeds whose cap is used up are passed over. */
async function singleAwards(
  page: Page,
  households: Household[],
  wanted: number,
): Promise<{ recorded: number; most: number }> {
  let [recorded, most] = [0, 0];
  for (const deed of deeds) {
    for (const one of households) {
      if (recorded === wanted) return { recorded, most };
      const thumb = new Thumb();
      await thumb.tap(
        page.getByRole('list', { name: /的户$/ }).locator(`a[href="/award/${one.id}"]`),
      );
      await thumb.tap(page.getByRole('button', { name: deed }).first());
      const record = page.getByRole('form', { name: '记分' }).locator('button').last();
      if ((await record.getAttribute('aria-disabled')) === 'true') {
        await page.getByRole('button', { name: '返回' }).tap();
      } else {
        const sent = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/awards'));
        await thumb.tap(record);
        expect((await sent).status(), `${one.name} ${deed}`).toBe(201);
        recorded += 1;
        most = Math.max(most, thumb.taps);
      }
      await expect(page.getByRole('heading', { name: /^记分/ })).toBeVisible();
    }
  }
  return { recorded, most };
}

async function activity(page: Page, name: string, rows: Household[]): Promise<number> {
  const thumb = new Thumb();
  await thumb.tap(page.getByRole('link', { name: '开一次活动' }));
  await thumb.tap(page.getByRole('button', { name: cleaning }).first());
  await thumb.tap(page.getByRole('button', { name: /下一步/ }));
  await page.getByLabel('活动叫什么').fill(name);
  await thumb.tap(page.getByRole('button', { name: '开活动' }));
  const list = page.getByRole('list', { name: '各户' });
  for (const one of rows) {
    await thumb.check(list.getByRole('checkbox', { name: one.name }).first());
  }
  await expect(page.getByText('还没传上去')).toBeHidden();
  await thumb.tap(page.getByRole('button', { name: /^结束,给 \d+ 户记分$/ }));
  await thumb.tap(page.getByRole('dialog').getByRole('button', { name: '记分' }));
  await expect(page.getByRole('list', { name: '来了的户' })).toBeVisible();
  return thumb.taps;
}

async function decide(page: Page): Promise<{ lines: number; taps: number; seconds: number }> {
  const thumb = new Thumb();
  const began = Date.now();
  const waits = page.getByText(/^等着定的 \d+ 条$/);
  await expect(waits).toBeVisible();
  const lines = Number(/\d+/.exec(await waits.innerText())![0]);
  await thumb.tap(page.getByRole('button', { name: /^通过 \d+ 条/ }));
  const seen = page.getByRole('dialog').getByRole('button', { name: '到现场看过' });
  if (await seen.isVisible()) {
    await thumb.tap(seen);
    await thumb.tap(page.getByRole('dialog').getByRole('button', { name: /^通过/ }));
  }
  await expect(page).toHaveURL(/\/review\/assembly\/[0-9a-f-]{36}/);
  await expect(page.getByRole('table')).toBeVisible();
  return { lines, taps: thumb.taps, seconds: Math.round((Date.now() - began) / 100) / 10 };
}

/** Points of a household as its balances say them, and as its lines add up to. */
async function explained(person: Caller, id: string): Promise<[number, number]> {
  const { household, items } = await person.get<{
    household: { balances: { honour: number } };
    items: { points: number }[];
  }>(`/households/${id}/statement?limit=200`);
  return [household.balances.honour, items.reduce((sum, line) => sum + line.points, 0)];
}

test('a month of a village is recorded', async ({ page, as, signedIn }) => {
  const [worker, cadre, panel] = [await as('worker'), await as('cadre'), await as('panel')];
  await panel.clearTable();
  const village = await villageOf(cadre);
  const grids = (await cadre.get<{ items: Area[] }>('/areas?level=grid&limit=1000')).items;
  const { items: mine } = await worker.get<{ items: Household[] }>('/households?limit=200');
  const residents = mine.filter((one) => one.status === 'resident');

  // The round: the worker walks his grid, the cadre the others.
  let [judged, taps] = [0, 0];
  await signedIn('worker', '/inspections');
  await page
    .getByRole('link', { name: /^(接着评|开始评)$/ })
    .first()
    .tap();
  const own = await round(page);
  [judged, taps] = [own.judged, own.taps];
  await signedIn('cadre', '/inspections');
  for (const grid of grids.slice(1)) {
    await page.getByRole('region', { name: grid.name, exact: true }).getByRole('link').tap();
    const one = await round(page);
    judged += one.judged;
    taps += one.taps;
    await page.goto('/inspections');
  }
  const each = taps / judged;
  console.log(
    `round: ${judged} households in ${grids.length} grids, ${taps} taps, ${each.toFixed(2)} each`,
  );
  expect(each).toBeLessThanOrEqual(1.2);

  await signedIn('worker', '/');
  const { recorded, most } = await singleAwards(page, residents, awardsWanted);
  console.log(`single awards: ${recorded}, at most ${most} taps each`);
  expect([recorded, most]).toEqual([awardsWanted, 3]);

  await page.goto('/activities');
  let ticks = 0;
  for (let at = 0; at < activitiesWanted; at += 1) {
    ticks += await activity(page, `第 ${at + 1} 次清扫`, residents.slice(at, at + attendees));
    await page.goto('/activities');
  }
  console.log(`activities: ${activitiesWanted} of ${attendees} households, ${ticks} taps`);

  await signedIn('panel', '/review/assembly');
  const meeting = await decide(page);
  console.log(`assembly: ${meeting.lines} lines, ${meeting.taps} taps, ${meeting.seconds} s`);
  expect(meeting.lines).toBeGreaterThan(10);

  // What waited is decided, and every household's points are its lines.
  const waiting = await panel.get<{ items: Award[] }>(
    `/awards?reviewable=true&area_id=${grids[0]!.id}&limit=200`,
  );
  expect(waiting.items).toEqual([]);
  for (const one of residents.slice(0, 10)) {
    const [honour, lines] = await explained(cadre, one.id);
    expect(lines, one.name).toBe(honour);
  }
  const month = villageDay().slice(0, 7);
  const ranking = await cadre.get<{ items: { points: number }[] }>(
    `/rankings?area_id=${village}&period=${month}&limit=200`,
  );
  expect(ranking.items.length).toBeGreaterThan(100);
});
