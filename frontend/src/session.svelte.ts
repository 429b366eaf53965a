/** Who is signed in, and what that lets them do here. */
import { api, ApiError } from './api';
import type { Account, Role } from './api/types';
import { households } from './households/list.svelte';
import { keep, kept } from './kept';
import { rules } from './rules/in-force';
import { todo } from './todo.svelte';

type State = 'starting' | 'in' | 'out' | 'unreachable';

let account = $state.raw<Account | null>(null);
let state = $state<State>('starting');
const roles = $derived(new Set(account?.scopes.map((scope) => scope.role)));

const any = (...wanted: Role[]) => wanted.some((role) => roles.has(role));

export const session = {
  get state() {
    return state;
  },
  get account() {
    return account!;
  },
  get records() {
    return any('grid_worker', 'village_cadre');
  },
  get deducts() {
    return any('village_cadre');
  },
  get reviews() {
    return any('panel_member', 'village_cadre', 'town_admin');
  },
  get reveals() {
    return any('village_cadre', 'town_admin');
  },
  /** The village, when all scopes lie in one. */
  get village() {
    const found = new Map(
      account?.scopes.map((scope) => [scope.village_id, scope.village_name ?? '']),
    );
    const [only] = [...found];
    return found.size === 1 && only![0] ? { id: only![0], name: only![1] } : null;
  },
  /** The grids of a worker who has nothing wider; empty for everybody else. */
  get grids() {
    const scopes = account?.scopes ?? [];
    return scopes.every((scope) => scope.area_level === 'grid') ? scopes : [];
  },
};

export function enter(found: Account): void {
  account = found;
  state = 'in';
}

/** What the last person read does not stay for the next one. */
export function leave(): void {
  households.forget();
  todo.forget();
  rules.forget();
  account = null;
  state = 'out';
}

export async function start(): Promise<void> {
  api.onSignedOut = leave;
  state = 'starting';
  try {
    enter(await api.get<Account>('/me'));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) leave();
    else state = 'unreachable';
  }
}

/** Kept per account: several people may share a phone. */
export const mine = {
  kept: <T>(key: string, otherwise: T): T => kept(`${key}.${session.account.id}`, otherwise),
  keep: (key: string, value: unknown) => keep(`${key}.${session.account.id}`, value),
};
