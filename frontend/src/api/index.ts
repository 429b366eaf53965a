import { ApiError, Client } from './client';

export { ApiError };

export const api = new Client((url, init) => fetch(url, init));

/** The sentence to show for whatever was thrown. */
export function sentence(error: unknown): string {
  if (!(error instanceof ApiError)) return '出了点问题,请刷新再试。';
  // What is wrong with the fields says more than that something is.
  return error.errors.map((one) => one.message).join(' ') || error.title;
}

/** A query string of what is known; nothing for null, undefined and empty. */
export function query(values: Record<string, string | number | null | undefined>): string {
  const pairs = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== '') pairs.set(key, String(value));
  }
  const text = pairs.toString();
  return text && `?${text}`;
}
