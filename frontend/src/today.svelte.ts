/** Today in the village. A page may stay open over midnight: it is asked for again whenever one comes back to it. */
import { villageDay } from './periods';

let day = $state(villageDay());

export const today = {
  get day() {
    return day;
  },
  refresh(): void {
    day = villageDay();
  },
};

document.addEventListener('visibilitychange', today.refresh);
addEventListener('pageshow', today.refresh);
