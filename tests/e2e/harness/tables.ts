import type { Page } from '@playwright/test';
import { villageDay, type Caller } from './caller.ts';

interface Item {
  id?: string;
  position?: number;
  name: string;
  [field: string]: unknown;
}

export interface RuleSet {
  id: string;
  area_id: string;
  version: number;
  revision: number;
  title: string;
  status: string;
  items: Item[];
  decisions: object;
}

/** The village of whoever stands in one. */
export async function villageOf(person: Caller): Promise<string> {
  const { scopes } = await person.get<{ scopes: { village_id: string }[] }>('/me');
  return scopes[0]!.village_id;
}

/** A draft made of the newest version, with the items changed by `change`. */
export async function draftOf(
  cadre: Caller,
  change: (items: Item[]) => Item[] = (items) => items,
): Promise<RuleSet> {
  const area_id = await villageOf(cadre);
  const draft = await cadre.post<RuleSet>('/rule-sets', { area_id, begin_with: 'newest' });
  return rewrite(cadre, draft.id, change);
}

/** Writes a draft anew. */
export async function rewrite(
  person: Caller,
  id: string,
  change: (items: Item[]) => Item[],
  limits: object | null = null,
): Promise<RuleSet> {
  const { revision, title, items, decisions } = await person.get<RuleSet>(`/rule-sets/${id}`);
  const written = change(items).map(({ position: _, ...item }) => item);
  return person.put<RuleSet>(`/rule-sets/${id}`, {
    revision,
    title,
    items: written,
    decisions,
    limits,
  });
}

/** Another item, said like the first good deed of the table. */
export function another(items: Item[], change: Partial<Item>): Item {
  const like = items.find((item) => item.kind === 'addition' && item.cap)!;
  return { ...like, id: undefined, ...change } as Item;
}

/** Fills in a resolution that carries. */
export async function fillResolution(page: Page): Promise<void> {
  await page.getByLabel('哪天开的会').fill(villageDay());
  await page.getByLabel('到会多少人').fill('46');
  await page.getByLabel('赞成').fill('44');
  await page.getByLabel('反对').fill('1');
  await page.getByLabel('弃权').fill('1');
  await page.getByLabel('会议记录').fill('村支书主持,逐条念了细则,户代表举手表决。');
  await page.getByLabel('公示从哪天').fill(villageDay(7));
  await page.getByLabel('公示到哪天').fill(villageDay());
  await page.getByLabel('从哪天起按它记分').fill(villageDay());
}

/** Brings a table into force from today: the newest version, with its items changed. */
export async function inForce(
  cadre: Caller,
  town: Caller,
  change: (items: Item[]) => Item[],
): Promise<void> {
  const { id, revision } = await draftOf(cadre, change);
  await cadre.post(`/rule-sets/${id}/adopt`, {
    revision,
    resolved_on: villageDay(),
    in_force_from: villageDay(),
    attendance: 46,
    votes_for: 44,
    votes_against: 1,
    votes_abstained: 1,
    minutes: '村支书主持,逐条念了细则,户代表举手表决。',
    noticed_from: villageDay(7),
    noticed_until: villageDay(),
  });
  await town.post(`/rule-sets/${id}/file`, {});
}
