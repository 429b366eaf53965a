/** What a person says about a deed before it is sent. */
import { ApiError, sentence } from '../api';
import type { Proof, Rule } from '../api/types';
import type { Given } from '../rules/worth';
import { today } from '../today.svelte';
import type { Photo } from './photos';
import type { Deed, Outcome } from './submit';

export class Entry {
  /** Null while it is not a number that counts. */
  quantity = $state<number | null>(1);
  degree = $state<string | null>(null);
  /** How many came; null as long as nobody said so. */
  people = $state<number | null>(null);
  day = $state(today.day);
  note = $state('');
  doneBy = $state('');
  handledBy = $state('');
  photos = $state.raw<Photo[]>([]);
  /** Another proof than a photo. */
  shown = $state<{ kind: Proof | null; words: string }>({ kind: null, words: '' });
  /** What is wrong with the note. */
  noteProblem = $state('');
  #today = today.day;
  #unanswered = false;

  /** Begins anew for another rule. */
  choose(rule: Rule): void {
    this.quantity = rule.kind === 'bands' ? null : 1;
    this.degree = null;
    this.people = null;
    this.shown = { kind: null, words: '' };
    this.noteProblem = '';
  }

  /** The rule as another version has it may lack the degree. */
  fit(rule: Rule | null): void {
    if (!rule?.degrees.some((one) => one.name === this.degree)) this.degree = null;
  }

  /** Whoever meant today still means it after midnight; but what was tried once goes out unchanged. */
  follow(now: string): void {
    if (this.day === this.#today && !this.#unanswered) this.day = now;
    this.#today = now;
  }

  /** What is known of it, for a household of so many; `size` null for several households. */
  given(size: number | null): Given {
    return {
      quantity: this.quantity ?? 0,
      degree: this.degree,
      people: size === null ? null : (this.people ?? size),
    };
  }

  /** As it goes out. */
  deed(rule: Rule, size: number | null): Deed {
    today.refresh();
    this.follow(today.day);
    const { quantity, degree, people } = this.given(size);
    return {
      rule_id: rule.id,
      quantity,
      ...(rule.degrees.length && degree && { degree }),
      ...(rule.per_person && people && { people }),
      occurred_on: this.day,
      ...(this.note.trim() && { note: this.note.trim() }),
      ...(this.doneBy.trim() && { done_by: this.doneBy.trim() }),
      ...(this.shown.kind &&
        this.shown.words.trim() && {
          proof: { kind: this.shown.kind, words: this.shown.words.trim() },
        }),
      ...(this.handledBy.trim() && { handled_by: this.handledBy.trim() }),
    };
  }

  /** What came of the last try; nothing, or not for all of them: it is repeated as it was. */
  answered(outcomes: Outcome[]): void {
    this.#unanswered =
      !outcomes.length || outcomes.some((one) => (one.problem?.status ?? 0) >= 500);
  }

  /** Keeps what concerns the note for its field; answers the sentence about the rest. */
  refused(error: unknown): string {
    const note =
      error instanceof ApiError ? error.errors.filter((one) => one.field === 'note') : [];
    this.noteProblem = note.map((one) => one.message).join(' ');
    return this.noteProblem ? '' : sentence(error);
  }
}
