/**
 * Who came, as this phone knows it: what the server has, and what is still to be sent. Every tick is kept on
 * the phone first; sending goes on in the background until the server has it.
 */
import { api, ApiError, sentence } from '../api';
import type { AttendanceResult, AttendanceResults, AttendanceRow } from '../api/types';

export interface Tick {
  people: number;
  revision: number;
}
export type Ticks = Record<string, Tick>;

/** As many as one request takes. */
const sentAtOnce = 500;
const firstWaitMs = 2_000;
const longestWaitMs = 60_000;
export const peopleMax = 99;

export interface Ways {
  send(changes: (Tick & { household_id: string })[]): Promise<AttendanceResult[]>;
  keep(unsent: Ticks): void;
  wait(ms: number, then: () => void): void;
}

/** The ways of a real phone. */
export function ways(id: string, keep: Ways['keep']): Ways {
  return {
    keep,
    send: async (changes) =>
      (await api.send<AttendanceResults>('PUT', `/activities/${id}/attendance`, { changes }))
        .results,
    wait: (ms, then) => void setTimeout(then, ms),
  };
}

export class Tally {
  #known = $state.raw<Ticks>({});
  #unsent = $state.raw<Ticks>({});
  /** Why some households were not taken, by the household. */
  refused = $state.raw<Record<string, string>>({});
  /** Why nothing more is taken: the activity has ended. */
  ended = $state('');
  #sending: Promise<void> | null = null;
  #waitMs = firstWaitMs;
  #waiting = false;

  constructor(
    private readonly ways: Ways,
    unsent: Ticks,
  ) {
    this.#unsent = unsent;
  }

  get unsent(): number {
    return Object.keys(this.#unsent).length;
  }

  people(household: string): number {
    return (this.#unsent[household] ?? this.#known[household])?.people ?? 0;
  }

  get came(): { households: number; people: number } {
    const all = Object.values({ ...this.#known, ...this.#unsent }).filter((one) => one.people > 0);
    return { households: all.length, people: all.reduce((sum, one) => sum + one.people, 0) };
  }

  /** What the server says stands; what this phone said later stays. */
  learn(rows: AttendanceRow[]): void {
    const known = { ...this.#known };
    for (const { household_id, people, revision } of rows)
      known[household_id] = { people, revision };
    this.#known = known;
  }

  set(household: string, people: number): void {
    const revision =
      Math.max(this.#known[household]?.revision ?? 0, this.#unsent[household]?.revision ?? 0) + 1;
    const tick = { people: Math.min(peopleMax, Math.max(0, people)), revision };
    this.#put({ ...this.#unsent, [household]: tick });
    const { [household]: _, ...refused } = this.refused;
    this.refused = refused;
    void this.flush();
  }

  #put(unsent: Ticks): void {
    this.#unsent = unsent;
    this.ways.keep(unsent);
  }

  /** Sends what is unsent; one at a time. Answers when there is nothing left, or no answer came. */
  flush(): Promise<void> {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #send(): Promise<void> {
    while (this.unsent && !this.ended) {
      const sent = Object.entries(this.#unsent).slice(0, sentAtOnce);
      try {
        const changes = sent.map(([household_id, tick]) => ({ household_id, ...tick }));
        this.#answered(sent, await this.ways.send(changes));
        this.#waitMs = firstWaitMs;
      } catch (error) {
        if (error instanceof ApiError && error.code === 'activity_ended') {
          this.ended = sentence(error);
          return;
        }
        this.#again();
        return;
      }
    }
  }

  #answered(sent: [string, Tick][], results: AttendanceResult[]): void {
    const [unsent, refused] = [{ ...this.#unsent }, { ...this.refused }];
    for (const [at, [household, tick]] of sent.entries()) {
      const { attendance, error } = results[at] ?? {};
      if (attendance) this.learn([attendance]);
      else refused[household] = error?.errors[0]?.message ?? error?.title ?? '没有记上。';
      // What was tapped meanwhile is sent next.
      if (unsent[household]?.revision === tick.revision) delete unsent[household];
    }
    this.refused = refused;
    this.#put(unsent);
  }

  #again(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    const ms = this.#waitMs * (0.75 + Math.random() / 2);
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
    this.ways.wait(ms, () => {
      this.#waiting = false;
      void this.flush();
    });
  }
}
