/**
 * A round on this phone: what is said is kept first and sent behind; nothing waits for the network. Of what
 * is said of a household the highest revision stands, so it may be sent late, twice and in any order.
 */
import { api, ApiError, sentence } from '../api';
import type { InspectionDoor, InspectionMarksAnswer, InspectionSheet, Finding } from '../api/types';
import { send, type Photo } from '../awards/photos';
import { mine as ofAccount, session } from '../session.svelte';
import { ahead, mine, others, stand, type Said, type Stand } from './walk';

interface Kept extends Said {
  sent: boolean;
}
type Photos = Record<string, string>;

/** As many as the server takes at once. */
const batchMax = 100;
const firstWaitMs = 2_000;
const lastWaitMs = 300_000;

export class Round {
  sheet = $state.raw<InspectionSheet | null>(null);
  problem = $state('');
  /** What was not taken, and why. */
  refused = $state<{ name: string; why: string }[]>([]);
  #kept = $state.raw<Record<string, Kept>>({});
  #photos: Photos = {};
  #busy = false;
  #waitMs = firstWaitMs;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #me = session.account.id;

  constructor(readonly id: string) {
    this.sheet = ofAccount.kept<InspectionSheet | null>(this.#key('sheet'), null);
    this.#kept = ofAccount.kept<Record<string, Kept>>(this.#key('marks'), {});
    this.#photos = ofAccount.kept<Photos>(this.#key('photos'), {});
  }

  readonly doors = $derived(this.sheet?.households ?? []);
  readonly left = $derived(ahead(this.doors, (door) => this.stand(door)));
  readonly done = $derived(this.doors.filter((door) => this.stand(door) === 'done').length);
  readonly unsent = $derived(Object.values(this.#kept).filter((one) => !one.sent).length);

  #key = (what: string) => `round.${what}.${this.id}`;

  said(door: InspectionDoor): Said | undefined {
    return mine(door, this.#kept[door.household_id], this.#me);
  }

  stand(door: InspectionDoor): Stand {
    return stand(door, this.said(door), this.#me, this.sheet?.judges ?? 1);
  }

  judges(door: InspectionDoor): string {
    return others(door, this.#me)
      .map((mark) => mark.judge)
      .join('、');
  }

  /** Asks the server how everything stands; what is on the phone goes on without it. */
  async load(): Promise<void> {
    this.problem = '';
    try {
      this.take(await api.get<InspectionSheet>(`/inspections/${this.id}`));
    } catch (error) {
      if (!this.sheet || !(error instanceof ApiError && error.offline))
        this.problem = sentence(error);
    }
    void this.flush();
  }

  take(sheet: InspectionSheet): void {
    this.sheet = sheet;
    ofAccount.keep(this.#key('sheet'), sheet);
    if (!sheet.closed_at) return;
    // What did not arrive in time is said, once.
    for (const door of sheet.households) {
      const kept = this.#kept[door.household_id];
      const known = door.marks.find((mark) => mark.judge_id === this.#me);
      if (kept && !kept.sent && (known?.revision ?? -1) < kept.revision) {
        this.refused.push({ name: door.name, why: '评比结束以后才传上来,没有算。' });
      }
    }
    this.#keep({});
  }

  /** Says something of a household; answers what was said before, for whoever takes it back. */
  say(door: InspectionDoor, state: Said['state'], findings: Finding[] = []): Said | undefined {
    const before = this.said(door);
    const revision = Math.max(Date.now(), (before?.revision ?? 0) + 1);
    this.#keep({ ...this.#kept, [door.household_id]: { revision, state, findings, sent: false } });
    void this.flush();
    return before;
  }

  /** Keeps a photo until it is sent; its id goes with the mark. */
  async hold(photo: Photo): Promise<void> {
    const text = await new Promise<string>((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result as string);
      reader.readAsDataURL(photo.file);
    });
    this.#photos = { ...this.#photos, [photo.id]: text };
    ofAccount.keep(this.#key('photos'), this.#photos);
  }

  #keep(marks: Record<string, Kept>): void {
    this.#kept = marks;
    ofAccount.keep(this.#key('marks'), marks);
  }

  /** Sends what is not sent; again when something is said, the network is back, or some time has passed. */
  flush = async (): Promise<void> => {
    if (this.#busy || !this.sheet || this.sheet.closed_at) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      for (let batch = this.#batch(); batch.length; batch = this.#batch()) await this.#send(batch);
      this.#waitMs = firstWaitMs;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'inspection_closed') void this.load();
      else this.#timer = setTimeout(this.flush, this.#waitMs * (0.75 + Math.random() / 2));
      this.#waitMs = Math.min(this.#waitMs * 2, lastWaitMs);
    } finally {
      this.#busy = false;
    }
  };

  #batch(): [string, Kept][] {
    return Object.entries(this.#kept)
      .filter(([, one]) => !one.sent)
      .slice(0, batchMax);
  }

  async #send(batch: [string, Kept][]): Promise<void> {
    for (const [, one] of batch) await this.#sendPhotos(one.findings);
    const marks = batch.map(([household_id, { revision, state, findings }]) => ({
      household_id,
      revision,
      state,
      findings,
    }));
    const path = `/inspections/${this.id}/marks`;
    const { results } = await api.send<InspectionMarksAnswer>('PUT', path, { marks });
    const kept = { ...this.#kept };
    let stale = false;
    for (const [at, [id, sent]] of batch.entries()) {
      const { mark, error } = results[at]!;
      // What was said meanwhile goes with the next batch.
      if (kept[id]?.revision !== sent.revision) continue;
      if (mark) {
        const { revision, state, findings } = mark;
        kept[id] = { revision, state, findings: findings ?? [], sent: true };
        continue;
      }
      delete kept[id];
      stale = true;
      const name = this.doors.find((door) => door.household_id === id)?.name ?? '';
      this.refused.push({ name, why: error?.errors[0]?.message ?? error?.title ?? '没有记上。' });
    }
    this.#keep(kept);
    if (stale) void this.load();
  }

  /** A photo that is not taken is left out: the award waits for its proof then. */
  async #sendPhotos(findings: Finding[]): Promise<void> {
    for (const finding of findings) {
      for (const id of finding.evidence ?? []) {
        const text = this.#photos[id];
        if (!text) continue;
        try {
          await send([{ id, file: blobOf(text), sent: false }], this.sheet!.area_id);
        } catch (error) {
          const again = !(error instanceof ApiError) || error.offline || error.status >= 500;
          if (again || error.status === 401) throw error;
          finding.evidence = finding.evidence!.filter((one) => one !== id);
          this.refused.push({ name: '有一张照片', why: sentence(error) });
        }
        const { [id]: _, ...rest } = this.#photos;
        this.#photos = rest;
        ofAccount.keep(this.#key('photos'), rest);
      }
    }
  }

  /** Tries again when the phone comes back to itself; call what it answers to stop that. */
  listen(): () => void {
    const wake = () => {
      if (document.visibilityState === 'visible') void this.flush();
    };
    addEventListener('online', wake);
    addEventListener('pageshow', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      removeEventListener('online', wake);
      removeEventListener('pageshow', wake);
      document.removeEventListener('visibilitychange', wake);
      clearTimeout(this.#timer);
    };
  }
}

/** What a data URL says; fetching it would ask the content policy. */
function blobOf(url: string): Blob {
  const [head = '', body = ''] = url.split(',');
  const bytes = Uint8Array.from(atob(body), (char) => char.charCodeAt(0));
  return new Blob([bytes], { type: /:(.*?);/.exec(head)?.[1] ?? 'image/jpeg' });
}
