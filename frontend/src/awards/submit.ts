/** Sends one deed for one or several households, says what became of it, and takes it back. */
import { api, ApiError } from '../api';
import { asError } from '../api/client';
import type { Award, BatchResult, Household, NewAward, Proof } from '../api/types';
import type { AwardIds } from '../award-id';
import { change, points } from '../points';

export interface Deed {
  rule_id: string;
  quantity: number;
  degree?: string;
  people?: number;
  occurred_on: string;
  note?: string;
  done_by?: string;
  handled_by?: string;
  proof?: { kind: Proof; words: string };
  evidence?: string[];
}

export interface Outcome {
  household: Household;
  award?: Award;
  problem?: ApiError;
}

/** Throws only when no answer came at all; then nothing is known and the same press may be repeated. */
export async function submit(ids: AwardIds, to: Household[], deed: Deed): Promise<Outcome[]> {
  const requests = to.map((household): NewAward => {
    const body = { household_id: household.id, ...deed };
    return { id: ids.idFor(body), ...body };
  });
  const answers = requests.length === 1 ? [await one(requests[0]!)] : await batch(requests);
  return to.map((household, at) => {
    const { award, problem } = answers[at]!;
    if (award || problem?.code === 'id_taken') ids.answered(requests[at]!.id);
    return { household, award, problem };
  });
}

type Answer = Omit<Outcome, 'household'>;

async function one(request: NewAward): Promise<Answer> {
  try {
    return { award: await api.post<Award>('/awards', request) };
  } catch (error) {
    if (!(error instanceof ApiError) || error.offline || error.status >= 500) throw error;
    return { problem: error };
  }
}

async function batch(awards: NewAward[]): Promise<Answer[]> {
  const { results } = await api.post<{ results: BatchResult[] }>('/awards/batch', { awards });
  // One answer an award, in the order of the request.
  return awards.map((_, at) => {
    const { award, error, status } = results[at] ?? {};
    return award ? { award } : { problem: asError(error ?? {}, status ?? 500, '这一户没有记上。') };
  });
}

/** The sentence of the toast for awards that were taken in. */
export function said(awards: Award[]): string {
  const [first] = awards;
  if (!first) return '';
  const many = awards.length > 1;
  if (awards.some((award) => award.status === 'submitted')) {
    const proof = awards.some((award) => award.proof_pending) ? ',还要补证明' : '';
    return `${many ? `${awards.length} 户` : ''}已交评议${proof}`;
  }
  const clipped = awards.filter((award) => award.clipped > 0);
  if (!many && clipped.length && first.points === 0) return '已到上限,这次没有加分';
  if (!many && clipped.length) return `这次只加 ${points(first.points)} 分,已到上限`;
  if (awards.every((award) => award.points === 0 && award.clipped === 0)) {
    return `${many ? `${awards.length} 户` : ''}已记上,这次不加分`;
  }
  const same = awards.every((award) => award.points === first.points);
  const total = awards.reduce((sum, award) => sum + award.points, 0);
  const words = many
    ? same
      ? `已给 ${awards.length} 户各${change(first.points)}`
      : `已给 ${awards.length} 户共${change(total)}`
    : `已${change(first.points)}`;
  return clipped.length ? `${words},其中 ${clipped.length} 户已到上限` : words;
}

export const undoable = (award: Award) => award.can.withdraw || award.can.reverse;

/** 撤销: what is not yet posted is withdrawn, what stands in the book is corrected. */
export function undo(award: Award): Promise<Award> {
  const reason = '记录人撤销';
  return award.status === 'posted'
    ? api.post<Award>(`/awards/${award.id}/reverse`, { reason })
    : api.post<Award>(`/awards/${award.id}/withdraw`, { reason });
}
