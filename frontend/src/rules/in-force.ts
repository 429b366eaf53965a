/** Rules in force on a day, asked for once. */
import { api, query } from '../api';
import type { Rules } from '../api/types';

const asked = new Map<string, Promise<Rules>>();

export const rules = {
  /** `area` null: my village. */
  on(area: string | null, day: string): Promise<Rules> {
    const path = `/rules${query({ area_id: area, on: day })}`;
    let answer = asked.get(path);
    if (!answer) {
      answer = api.get<Rules>(path);
      answer.catch(() => asked.delete(path));
      asked.set(path, answer);
    }
    return answer;
  },
  forget() {
    asked.clear();
  },
};
