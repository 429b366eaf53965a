/** What waits for whoever is signed in: the number in the bottom bar and the page behind it. */
import { api } from './api';
import type { Todo } from './api/types';

let items = $state.raw<Todo[]>([]);

export const todo = {
  get items() {
    return items;
  },
  /** 3, or 50+ when a kind goes on. */
  get count() {
    const sum = items.reduce((sum, one) => sum + one.count, 0);
    return sum + (items.some((one) => one.more) ? '+' : '');
  },
  async load(): Promise<void> {
    items = (await api.get<{ items: Todo[] }>('/todo')).items;
  },
  /** After something was done; what it shows meanwhile is a moment old. */
  refresh() {
    todo.load().catch(() => {});
  },
  forget() {
    items = [];
  },
};
