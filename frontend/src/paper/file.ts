/** The sheet as a file: an empty one to be printed or filled in, and a filled one brought in. */
import { api, query } from '../api';
import { asError } from '../api/client';
import type { ImportReport, Problem } from '../api/types';
import { hand } from '../rules/edit/sheet';

/** A file is no JSON; like every GET it rides on the cookie, which is renewed with the token. */
export async function download(area: string, month: string): Promise<void> {
  await api.warm();
  const answer = await fetch(`/api/v1/imports/awards/sheet${query({ area_id: area, month })}`);
  if (!answer.ok) {
    const found = (await answer.json().catch(() => ({}))) as Partial<Problem>;
    throw asError(found, answer.status, '没有下载成,请过一会儿再试。');
  }
  const named = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get('content-disposition') ?? '');
  hand(await answer.blob(), named ? decodeURIComponent(named[1]!) : `积分月表 ${month}.xlsx`);
}

export interface Choices {
  dry_run: boolean;
  skip_invalid: boolean;
  skip_alike: boolean;
}

export function bringIn(area: string, file: File, choices: Choices): Promise<ImportReport> {
  const form = new FormData();
  form.set('area_id', area);
  for (const [name, value] of Object.entries(choices)) form.set(name, String(value));
  form.set('file', file);
  return api.post<ImportReport>('/imports/awards', form);
}
