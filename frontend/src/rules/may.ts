/** What the person signed in may do with the tables of an area; the server has the last word. */
import type { Role } from '../api/types';
import { session } from '../session.svelte';

const holds = (role: Role, area: string) =>
  session.account.scopes.some((scope) => scope.role === role && scope.area_id === area);

export const may = {
  /** Write a village's draft, record what it resolved, choose what stands in front. */
  draft: (area: string) => holds('village_cadre', area),
  /** Write and issue the template of a town. */
  issue: (area: string) => holds('town_admin', area),
  /** File what villages below a town of one's own resolved, and call an alarm false. */
  file: (area: string) => may.files && !may.issue(area),
  get files() {
    return session.account.scopes.some((scope) => scope.role === 'town_admin');
  },
  /** Say something about the draft of the village one belongs to. */
  remark: (area: string) => session.account.scopes.some((scope) => scope.village_id === area),
};
