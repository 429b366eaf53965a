/**
 * The fetch wrapper. GETs ride on the cookie until a token is in memory; writes carry the token.
 * A 401 is answered by one refresh, shared by all who wait, and one more try.
 */
import type { Account, Problem, Session } from './types';

export class ApiError extends Error {
  constructor(
    /** Chinese sentence for the person. */
    readonly title: string,
    /** 0 when no answer came. */
    readonly status: number,
    readonly code: string,
    readonly errors: NonNullable<Problem['errors']> = [],
  ) {
    super(title);
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

const base = '/api/v1';
const patienceMs = 20_000;
/** A token this close to its end is renewed before a write. */
const spareMs = 15_000;

export class Client {
  #token: string | null = null;
  #tokenEndsMs = 0;
  #generation = 0;
  #refreshing: Promise<Account> | null = null;
  /** Called when the session is over and only signing in helps. */
  onSignedOut: () => void = () => {};

  constructor(
    private readonly fetch: Fetch,
    private readonly nowMs: () => number = Date.now,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.#authorised<T>('GET', path);
  }

  async send<T = void>(method: Exclude<Method, 'GET'>, path: string, body?: object): Promise<T> {
    await this.warm();
    return this.#authorised<T>(method, path, body);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.send<T>('POST', path, body);
  }

  /** Makes sure a fresh token is in memory, so that the next write is one round trip. */
  async warm(): Promise<void> {
    if (!this.#token || this.nowMs() > this.#tokenEndsMs - spareMs) await this.refresh();
  }

  async signIn(username: string, password: string): Promise<Account> {
    return this.#accept(await this.#once<Session>('POST', '/session', { username, password }));
  }

  async signOut(): Promise<void> {
    await this.send('DELETE', '/session');
    this.#forget();
  }

  /** Single flight: a refresh under way is joined, never doubled. */
  refresh(): Promise<Account> {
    this.#refreshing ??= this.#once<Session>('POST', '/session/refresh')
      .then((session) => this.#accept(session))
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 401) {
          this.#forget();
          this.onSignedOut();
        }
        throw error;
      })
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  async #authorised<T>(method: Method, path: string, body?: object): Promise<T> {
    const generation = this.#generation;
    try {
      return await this.#once<T>(method, path, body);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (generation === this.#generation) await this.refresh();
      return this.#once<T>(method, path, body);
    }
  }

  async #once<T>(method: Method, path: string, body?: object): Promise<T> {
    const headers: Record<string, string> = {};
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patienceMs);
    // A plain GET must look like the preload in index.html, or the browser fetches it twice.
    const init: RequestInit = { method, headers, signal: stop.signal };
    if (body instanceof FormData) init.body = body;
    else if (body) {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(body);
    }
    try {
      const response = await this.fetch(base + path, init);
      if (!response.ok) throw await problem(response);
      return (response.status === 204 ? undefined : await response.json()) as T;
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError('连不上网络,没有传上去。等有信号再按一次,不会重复。', 0, 'offline');
    } finally {
      clearTimeout(timer);
    }
  }

  #accept(session: Session): Account {
    this.#token = session.access_token;
    this.#tokenEndsMs = this.nowMs() + session.expires_in * 1000;
    this.#generation += 1;
    return session.account;
  }

  #forget(): void {
    this.#token = null;
    this.#generation += 1;
  }
}

async function problem(response: Response): Promise<ApiError> {
  const fallback =
    response.status >= 500 ? '服务器没答上来,请过一会儿再试。' : '这件事没有办成,请过一会儿再试。';
  try {
    return asError((await response.json()) as Partial<Problem>, response.status, fallback);
  } catch {
    return new ApiError(fallback, response.status, 'unknown');
  }
}

export function asError(found: Partial<Problem>, status: number, fallback: string): ApiError {
  return new ApiError(found.title || fallback, status, found.code ?? 'unknown', found.errors ?? []);
}
