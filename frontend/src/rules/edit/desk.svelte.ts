/**
 * The draft at hand. It outlives the screens that show it, so that going from the list to an item and back
 * loses nothing, and the phone keeps what was not saved yet.
 */
import { api, ApiError, sentence } from '../../api';
import type { RuleAlarm, RuleSetDetail } from '../../api/types';
import { mine, session } from '../../session.svelte';
import { alarmed, bodyOf, draftOf, gathered, revived, standing, troubles } from './draft';
import type { Draft, Item, Trouble } from './draft';

/** What it says, whatever its revision. */
const wordsOf = (draft: Draft) => JSON.stringify({ ...bodyOf(draft), revision: 0 });

export class Desk {
  readonly account = session.account.id;
  /** As the server knows it. */
  set = $state.raw<RuleSetDetail | null>(null);
  draft = $state<Draft | null>(null);
  /** What somebody else saved in between. */
  theirs = $state.raw<RuleSetDetail | null>(null);
  problem = $state('');
  busy = $state(false);
  /** Work of an earlier visit was found on this phone. */
  found = $state(false);
  #saved = $state('');
  #troubles = $state.raw<Trouble[]>([]);

  constructor(readonly id: string) {}

  /** Reckoned on each reading: a derived value would die with the first screen that made it. */
  get changed(): boolean {
    return !!this.draft && wordsOf(this.draft) !== this.#saved;
  }

  async load(): Promise<void> {
    this.problem = '';
    try {
      const set = await api.get<RuleSetDetail>(`/rule-sets/${this.id}`);
      // Typed while the answer was on its way: the other's words stand beside them.
      if (this.changed) {
        if (set.revision !== this.draft!.revision) this.theirs = set;
        return;
      }
      const kept = mine.kept<Draft | null>(this.#place, null);
      this.#take(set);
      if (!kept || set.status !== 'draft') return;
      const draft = revived(kept);
      if (wordsOf(draft) === this.#saved) return;
      this.draft = draft;
      this.found = true;
      if (kept.revision !== set.revision) this.theirs = set;
    } catch (error) {
      this.problem = sentence(error);
    }
  }

  /** True when the server has it. */
  async save(): Promise<boolean> {
    if (this.busy || !this.draft) return false;
    if (!this.changed) return true;
    this.busy = true;
    this.problem = '';
    this.#troubles = [];
    const sent = bodyOf(this.draft);
    const words = wordsOf(this.draft);
    try {
      const answer = await api.send<RuleSetDetail>('PUT', `/rule-sets/${this.id}`, sent);
      this.#accept(answer, words);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'changed_meanwhile') await this.#compare();
      else if (error instanceof ApiError && error.errors.length) {
        this.#troubles = troubles(this.draft, error.errors);
        this.problem = `有 ${error.errors.length} 处要改一改,没有存上。${this.#where()}`;
      } else this.problem = sentence(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Writes one's own over what the other saved. */
  async insist(): Promise<boolean> {
    if (!this.draft || !this.theirs) return false;
    this.draft.revision = this.theirs.revision;
    this.set = this.theirs;
    this.theirs = null;
    return this.save();
  }

  /** Goes on with what the other saved. */
  giveWay(): void {
    if (this.theirs) this.set = this.theirs;
    this.undo();
  }

  /** Back to what is saved. */
  undo(): void {
    if (this.set) this.#take(this.set);
    this.keep();
  }

  /** Whatever stands here is replaced by what the server has now. */
  async forget(): Promise<void> {
    this.undo();
    await this.load();
  }

  /** What is not saved stays on this phone; what is saved does not. */
  keep(): void {
    mine.keep(this.#place, this.changed ? this.draft : null);
  }

  /** What is wrong with a field as it stands; `key` null for the draft as a whole. */
  troubled(key: string | null, field?: string): Trouble[] {
    return this.#troubles.filter(
      (one) =>
        one.key === key &&
        (field === undefined || one.field === field || one.field.startsWith(`${field}[`)) &&
        !!this.draft &&
        standing(this.draft, one) === one.stood,
    );
  }

  /** Words of an item that cross a red line, as far as they still stand there. */
  alarms(item: Item, field?: string): RuleAlarm[] {
    const all = this.set?.alarms ?? [];
    return all.filter(
      (one) =>
        !one.cleared &&
        one.rule_id === item.id &&
        (field === undefined || one.field === field) &&
        alarmed(item, one) !== null,
    );
  }

  get #place(): string {
    return `draft.${this.id}`;
  }

  #where(): string {
    const items = gathered(this.draft!.items);
    const places = items.flatMap((item, at) => (this.troubled(item.key).length ? [at + 1] : []));
    const others = this.troubled(null).map((one) => one.message);
    return [places.length ? `看第 ${places.join('、')} 条。` : '', ...others].join('');
  }

  #take(set: RuleSetDetail): void {
    const keys = new Map(this.draft?.items.map(({ id, key }) => [id, key]));
    this.set = set;
    this.draft = draftOf(set);
    // An open item stays the one it was.
    for (const item of this.draft.items) item.key = keys.get(item.id) ?? item.key;
    this.#saved = wordsOf(this.draft);
    this.#troubles = [];
    this.theirs = null;
    this.found = false;
  }

  /** The saved draft takes the place of what was sent; what was typed while it was on its way stays. */
  #accept(answer: RuleSetDetail, sent: string): void {
    const before = this.draft!;
    const order = gathered(before.items);
    if (wordsOf(before) !== sent) {
      before.revision = answer.revision;
      this.set = answer;
      this.#saved = sent;
      return;
    }
    this.#take(answer);
    // New ones have got an identity.
    for (const [at, item] of this.draft!.items.entries()) item.key = order[at]?.key ?? item.key;
    this.keep();
  }

  async #compare(): Promise<void> {
    try {
      this.theirs = await api.get<RuleSetDetail>(`/rule-sets/${this.id}`);
    } catch (error) {
      this.problem = sentence(error);
    }
  }
}

let atHand: Desk | null = null;

/** The desk with this draft: the one at hand while something on it is not saved. */
export function deskOf(id: string): Desk {
  const same = atHand?.id === id && atHand.account === session.account.id ? atHand : null;
  if (same?.draft) {
    if (!same.changed) void same.load();
    return same;
  }
  atHand = new Desk(id);
  void atHand.load();
  return atHand;
}
