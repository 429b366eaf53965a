/** Where each kind of waiting leads, and the rooms that have no place in the bottom bar. */
import type { TodoKind } from '../api/types';

export const waits: Record<TodoKind, { words: string; href: string }> = {
  review: { words: '等您评议', href: '/review' },
  confirm: { words: '评议记录等您确认', href: '/review/assembly' },
  returned: { words: '退回来要改的', href: '/mine' },
  file_rules: { words: '细则等备案', href: '/rules' },
};

/** What a person may do, as far as it opens doors. */
export interface Doing {
  records: boolean;
  reviews: boolean;
  village: unknown;
}

interface Door {
  words: string;
  href: string;
}

export function doors({ records, reviews, village }: Doing): Door[] {
  const all: (Door | false)[] = [
    reviews && { words: '评议', href: '/review' },
    reviews && !!village && { words: '开评议会', href: '/review/assembly' },
    records && { words: '评比', href: '/inspections' },
    records && { words: '选多户记分', href: '/many' },
    records && { words: '活动', href: '/activities' },
    records && { words: '纸单录入', href: '/paper' },
    records && { words: '排名', href: '/ranking' },
    { words: '细则', href: '/rules' },
    records && { words: '我的账号', href: '/me' },
  ];
  return all.filter((door) => door !== false);
}
