/** Sends what a household tells of: one deed, with the words of who told of it. */
import { api, ApiError } from '../api';
import type { Award, Household, NewApplication } from '../api/types';
import type { AwardIds } from '../award-id';
import type { Deed, Outcome } from './submit';

/** Throws only when no answer came at all: the same press goes out under the same id. */
export async function apply(
  ids: AwardIds,
  household: Household,
  deed: Deed,
  toldBy: string,
): Promise<Outcome> {
  const { done_by: _, handled_by: __, ...rest } = deed;
  const body = { household_id: household.id, ...rest, told_by: toldBy };
  const request: NewApplication = { id: ids.idFor(body), ...body };
  try {
    const award = await api.post<Award>('/applications', request);
    ids.answered(request.id);
    return { household, award };
  } catch (error) {
    if (!(error instanceof ApiError) || error.offline || error.status >= 500) throw error;
    if (error.code === 'id_taken') ids.answered(request.id);
    return { household, problem: error };
  }
}
