/** Where a household lives and how it stands, in the words of the village. */
import type { HouseholdStatus } from '../api/types';

export const householdWords: Record<HouseholdStatus, string> = {
  resident: '',
  away: '外出',
  care_home: '集中供养',
  closed: '已注销',
};

/** 12 号, whatever the spacing in the roster; never torn at the end of a line. */
export function doorWords(door: string | null): string {
  return door ? door.replace(/^(\d+)\s*号$/, '$1\u00a0号') : '';
}
