/** A household with its newest entries and the caps it has used: one answer for a whole screen. */
import { api, query } from '../api';
import type { Statement } from '../api/types';

const pageSize = 20;

export function statement(household: string, cursor?: string | null): Promise<Statement> {
  return api.get<Statement>(
    `/households/${household}/statement${query({ limit: pageSize, cursor })}`,
  );
}
