/** What the people in a meeting have decided so far, and how it goes out. */
import { uuidV7 } from '../../award-id';
import type { AssemblyMinutes, AssemblyOutcome, Award, NewAssembly } from '../../api/types';

/** What was said about one award; nothing said is approved. */
export interface Said {
  struck?: string;
  degree?: { name: string; reason: string };
}

export interface Table {
  area: string;
  heldOn: string;
  present: string[];
  others: string;
  awards: Award[];
  said: Record<string, Said>;
  /** What was looked at, for everything that wants a proof. */
  seen: string;
}

export function body(table: Table): Omit<NewAssembly, 'id'> {
  const { area, heldOn, present, others, awards, said, seen } = table;
  return {
    area_id: area,
    held_on: heldOn,
    present,
    others: others.trim() || null,
    lines: awards.map((award) => {
      const { struck, degree } = said[award.id] ?? {};
      return {
        award_id: award.id,
        decision: struck ? ('strike' as const) : ('approve' as const),
        degree: struck ? null : (degree?.name ?? null),
        reason: struck || degree?.reason || (award.proof_pending && seen) || null,
        revision: award.revision,
      };
    }),
  };
}

/** Sent again as it was, a meeting has the number it had; said otherwise, it is another. */
export class MeetingIds {
  #of = '';
  #id = '';

  for(meeting: Omit<NewAssembly, 'id'>): string {
    const said = JSON.stringify(meeting);
    if (said !== this.#of) [this.#of, this.#id] = [said, uuidV7()];
    return this.#id;
  }
}

/** What stands now of a line: what waited may have been confirmed, or decided elsewhere, since. */
export function standing({ outcome, award }: AssemblyMinutes['lines'][number]): string {
  const waited = outcome === 'left' || outcome === 'second';
  if (waited && award.status === 'posted') return '确认通过';
  if (waited && award.status === 'rejected') return '确认划掉';
  if (waited && award.status !== 'submitted') return '后来没有定';
  return outcomeWords[outcome];
}

const outcomeWords: Record<AssemblyOutcome, string> = {
  posted: '通过',
  rejected: '划掉',
  second: '还要一个人审',
  left: '等别人确认',
  moved: '先前已经有人定了',
};
