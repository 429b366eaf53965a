/** Tables as files: sent as a form, or fetched and handed to the browser. */
import { api } from '../../api';
import { asError } from '../../api/client';
import type { ImportReport, Problem, RuleSetDetail } from '../../api/types';

export type Format = 'xlsx' | 'csv';

/** Takes the place of the draft only as it was read: what others wrote in between is not lost. */
export function bringIn(
  { area_id, revision }: Pick<RuleSetDetail, 'area_id' | 'revision'>,
  file: File,
  dry: boolean,
): Promise<ImportReport> {
  const form = new FormData();
  form.set('area_id', area_id);
  form.set('revision', String(revision));
  form.set('dry_run', String(dry));
  form.set('file', file);
  return api.post<ImportReport>('/imports/rules', form);
}

/** A file is no JSON; like every GET it rides on the cookie, which is renewed with the token. */
export async function download(id: string, title: string, format: Format): Promise<void> {
  await api.warm();
  const answer = await fetch(`/api/v1/rule-sets/${id}/sheet?format=${format}`);
  if (!answer.ok) {
    const found = (await answer.json().catch(() => ({}))) as Partial<Problem>;
    throw asError(found, answer.status, '没有存成,请过一会儿再试。');
  }
  hand(await answer.blob(), `${title}.${format}`);
}

/** Gives a file to whoever looks at the page. */
export function hand(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
