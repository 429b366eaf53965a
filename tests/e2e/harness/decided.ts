import { villageDay, type Caller } from './caller.ts';

interface Draft {
  id: string;
  revision: number;
  title: string;
  items: Record<string, unknown>[];
  decisions: Record<string, unknown>;
}

/** Brings the village's table into force today once more, with other decisions. */
export async function decide(cadre: Caller, town: Caller, change: object): Promise<string> {
  const me = await cadre.get<{ scopes: { village_id: string }[] }>('/me');
  const village = me.scopes[0]!.village_id;
  const draft = await cadre.post<Draft>('/rule-sets', { area_id: village, begin_with: 'newest' });
  const items = draft.items.map(({ position: _, ...item }) => item);
  const decisions = { ...draft.decisions, ...change };
  const { revision, title } = draft;
  const written = { revision, title, items, decisions };
  const { revision: voted } = await cadre.put<Draft>(`/rule-sets/${draft.id}`, written);
  const day = villageDay();
  await cadre.post(`/rule-sets/${draft.id}/adopt`, {
    revision: voted,
    resolved_on: day,
    in_force_from: day,
    attendance: 40,
    votes_for: 38,
    votes_against: 1,
    votes_abstained: 1,
    minutes: '户代表举手表决。',
    noticed_from: day,
    noticed_until: day,
  });
  await town.post(`/rule-sets/${draft.id}/file`, {});
  return village;
}
