/** Where each kind of waiting leads, and the rooms that have no place in the bottom bar. */
import type { Account, TodoKind } from '../api/types';

export const waits: Record<TodoKind, { words: string; href: string }> = {
  review: { words: '等您评议', href: '/review' },
  confirm: { words: '评议记录等您确认', href: '/review/assembly' },
  returned: { words: '退回来要改的', href: '/mine' },
  budget_asks: { words: '村里问能不能多给分', href: '/budget' },
  file_rules: { words: '细则等备案', href: '/rules' },
};

/** What a person may do, as far as it opens doors. */
export interface Doing {
  records: boolean;
  reviews: boolean;
  /** Sees where the points go. */
  oversees: boolean;
  village: unknown;
}

/** Whoever sees where the points of a village go. */
export const oversees = ({ scopes }: Pick<Account, 'scopes'>) =>
  scopes.some(({ role }) => !['grid_worker', 'panel_member'].includes(role));

interface Door {
  words: string;
  href: string;
}

export function doors({ records, reviews, oversees, village }: Doing): Door[] {
  const all: (Door | false)[] = [
    reviews && { words: '评议', href: '/review' },
    reviews && !!village && { words: '开评议会', href: '/review/assembly' },
    records && { words: '评比', href: '/inspections' },
    reviews && { words: '本月的分', href: '/budget' },
    (records || reviews) && { words: '户里报的好事', href: '/applications' },
    oversees && { words: '分的去向', href: '/concentration' },
    records && { words: '选多户记分', href: '/many' },
    records && { words: '活动', href: '/activities' },
    records && { words: '纸单录入', href: '/paper' },
    records && { words: '排名', href: '/ranking' },
    { words: '细则', href: '/rules' },
    records && { words: '我的账号', href: '/me' },
  ];
  return all.filter((door) => door !== false);
}
