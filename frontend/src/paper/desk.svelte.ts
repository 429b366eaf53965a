/** One sheet of paper on its way into the book. */
import { api, ApiError, query, sentence } from '../api';
import { asError } from '../api/client';
import type {
  AlikeAward,
  Area,
  Award,
  BatchResult,
  Household,
  List,
  Rule,
  Rules,
} from '../api/types';
import { rules } from '../rules/in-force';
import { favourites } from '../rules/favourites';
import { earns } from '../rules/worth';
import { mine, session } from '../session.svelte';
import { today } from '../today.svelte';
import {
  columnsMax,
  emptyDraft,
  idFor,
  likeKey,
  readDraft,
  repeated,
  totals,
  type Column,
  type Draft,
  type Entry,
} from './cells';

const batchMax = 500;
const pageMax = 200;
/** Chips that are offered beside the list of all deeds. */
const offeredMax = 8;

/** What stands there already for a cell. */
export interface Warning {
  entry: Entry;
  /** Who recorded it and when; null where this very sheet says it twice. */
  known: AlikeAward | null;
}

const keptAs = (area: string, month: string) => `paper ${area} ${month}`;

/** The sheet that was on the desk last. */
function last(): Draft {
  const month = today.day.slice(0, 7);
  const at = mine.kept('paper', { area: '', month });
  return mine.kept(keptAs(at.area, at.month), { ...emptyDraft(at.month), area: at.area });
}

export class PaperDesk {
  draft = $state<Draft>(last());
  grids = $state.raw<Area[]>([]);
  households = $state.raw<Household[] | null>(null);
  table = $state.raw<Rules | null>(null);
  /** By cell: why it was not recorded. */
  refused = $state.raw<Record<string, string>>({});
  warnings = $state.raw<Warning[] | null>(null);
  /** Cells that are recorded although their like stands there. */
  allTheSame = $state<string[]>([]);
  busy = $state(false);
  problem = $state('');
  /** The last press has been answered for every cell. */
  finished = $state(false);

  readonly rules = $derived(this.table?.items.filter(earns) ?? []);
  readonly reading = $derived(
    readDraft(this.draft, this.households ?? [], (id) => this.ruleOf(id), today.day),
  );
  readonly totals = $derived(totals(this.going));
  readonly recorded = $derived(Object.keys(this.draft.sent).length);

  ruleOf(id: string): Rule | undefined {
    return this.table?.items.find((rule) => rule.id === id);
  }

  /** What the next press records. */
  get going(): Entry[] {
    const held = new Set(
      this.warnings?.map((one) => one.entry.key).filter((key) => !this.allTheSame.includes(key)),
    );
    return this.reading.entries.filter((one) => !held.has(one.key));
  }

  get offered(): Rule[] {
    const used = mine.kept<string[]>('used_rules', []);
    return favourites(this.rules, used, this.table?.favourites ?? [], offeredMax);
  }

  keep(): void {
    const { area, month } = this.draft;
    mine.keep(keptAs(area, month), this.draft);
    mine.keep('paper', { area, month });
  }

  async open(): Promise<void> {
    await this.attempt(async () => {
      const found = await api.get<List<Area>>(`/areas${query({ level: 'grid', limit: 1000 })}`);
      this.grids = found.items;
      if (!this.grids.some((one) => one.id === this.draft.area)) {
        this.draft.area = this.grids[0]?.id ?? '';
      }
      await this.#load();
    });
  }

  /** Another grid or month has a sheet of its own; what was typed for this one stays for when it is turned back. */
  async turn(to: { area?: string; month?: string }): Promise<void> {
    await this.attempt(async () => {
      const { area, month, columns } = this.draft;
      const next = { area, month, ...to };
      const fresh = columns.map((one) => ({ ...one, day: '' }));
      const empty = { ...emptyDraft(next.month), area: next.area, columns: fresh };
      this.draft = mine.kept<Draft>(keptAs(next.area, next.month), empty);
      this.refused = {};
      this.finished = false;
      this.keep();
      await this.#load();
    });
  }

  async #load(): Promise<void> {
    const { area, month } = this.draft;
    this.households = null;
    if (!area) {
      this.households = [];
      return;
    }
    const households: Household[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: List<Household> = await api.get<List<Household>>(
        `/households${query({ area_id: area, limit: pageMax, cursor })}`,
      );
      households.push(...page.items);
      cursor = page.next_cursor;
    }
    const last = lastDay(month);
    const village = households[0]?.village_id ?? session.village?.id ?? null;
    const table = await rules.on(village, last < today.day ? last : today.day);
    if (area !== this.draft.area || month !== this.draft.month) return;
    this.table = table;
    this.households = households.filter((one) => one.status !== 'closed');
    this.draft.columns = this.draft.columns.filter((one) => this.ruleOf(one.rule_id));
    // The deeds of the month stand there already; whoever does not need one takes it away.
    if (!this.draft.columns.length) this.offered.forEach((rule) => this.add(rule.id));
  }

  add(rule: string): void {
    if (this.draft.columns.length >= columnsMax) return;
    const keys = this.draft.columns.map((one) => Number(one.key));
    const column: Column = { key: String(Math.max(0, ...keys) + 1), rule_id: rule, day: '' };
    this.draft.columns.push(column);
    this.keep();
  }

  remove(column: Column): void {
    this.draft.columns = this.draft.columns.filter((one) => one.key !== column.key);
    for (const kept of [this.draft.cells, this.draft.sent]) {
      for (const key of Object.keys(kept)) if (key.endsWith(` ${column.key}`)) delete kept[key];
    }
    this.keep();
  }

  type(key: string, text: string): void {
    this.draft.cells[key] = text;
    if (this.refused[key]) {
      const { [key]: _, ...others } = this.refused;
      this.refused = others;
    }
    this.keep();
  }

  /** Asks what stands there already; answers whether the summary can be shown. */
  async look(): Promise<boolean> {
    const { entries } = this.reading;
    return this.attempt(async () => {
      const known: AlikeAward[] = [];
      for (let at = 0; at < entries.length; at += batchMax) {
        const items = entries.slice(at, at + batchMax).map(({ request }) => ({
          household_id: request.household_id,
          rule_id: request.rule_id,
          occurred_on: request.occurred_on,
        }));
        known.push(...(await api.post<List<AlikeAward>>('/awards/alike', { items })).items);
      }
      // What an unanswered press may have recorded is not its own like.
      const own = new Set(entries.map((one) => idFor(this.draft.tried, one)));
      const byKey = new Map(
        known.filter((one) => !own.has(one.id)).map((one) => [likeKey(one), one]),
      );
      const twice = repeated(entries);
      this.warnings = entries
        .map((entry) => ({ entry, known: byKey.get(likeKey(entry.request)) ?? null }))
        .filter((one) => one.known || twice.has(one.entry.key));
      this.allTheSame = [];
      this.keep();
    });
  }

  /** Sends what goes; a repeated press sends the same under the same ids. */
  async send(): Promise<void> {
    const going = this.going;
    this.finished = false;
    const done = await this.attempt(async () => {
      const refused: Record<string, string> = {};
      for (let at = 0; at < going.length; at += batchMax) {
        const some = going.slice(at, at + batchMax);
        const awards = some.map((one) => ({ id: idFor(this.draft.tried, one), ...one.request }));
        this.keep();
        const { results } = await api.post<{ results: BatchResult[] }>('/awards/batch', { awards });
        some.forEach((entry, nth) => {
          const { award, error, status } = results[nth] ?? {};
          if (award) this.#record(entry, award);
          else refused[entry.key] = sentence(asError(error ?? {}, status ?? 500, '没有记上。'));
          if (error?.code === 'rule_not_in_force') rules.forget();
        });
        this.keep();
      }
      this.refused = refused;
    });
    if (done) {
      this.finished = true;
      this.warnings = null;
    }
  }

  #record(entry: Entry, award: Award): void {
    const { id, status, points, clipped, late } = award;
    this.draft.sent[entry.key] = { id, status, points, clipped, late };
  }

  /** The next sheet of the same month: deeds stay, what was typed goes. */
  next(): void {
    Object.assign(this.draft, { cells: {}, sent: {}, tried: {}, sheet: '' });
    this.draft.columns.forEach((one) => (one.day = ''));
    this.refused = {};
    this.finished = false;
    this.keep();
  }

  async attempt(work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = '';
    try {
      await work();
      return true;
    } catch (error) {
      this.problem = error instanceof ApiError ? sentence(error) : '没有办成,请再试一次。';
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** The last day of a month. */
function lastDay(month: string): string {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}
