/**
 * What is wrong with a resolution, found while it is typed; the server checks the same again. Only
 * what depends on other versions is left to it.
 */
import type { Resolution } from '../api/types';
import { daysBefore } from '../periods';

/** As the form holds it: dates and numbers are empty until they are filled in. */
export type Typed = Record<Exclude<keyof Resolution, 'revision'>, string>;
export type Field = keyof Typed;
export type Wrong = Partial<Record<Field, string>>;

const backDaysMax = 400;
const aheadDaysMax = 200;
const noticeBeforeDaysMax = 60;
const peopleMax = 20_000;
export const minutesMax = 20_000;

export const blank = (): Typed => ({
  resolved_on: '',
  in_force_from: '',
  attendance: '',
  votes_for: '',
  votes_against: '',
  votes_abstained: '',
  minutes: '',
  noticed_from: '',
  noticed_until: '',
});

const whole = (text: string) => (/^\d{1,5}$/.test(text.trim()) ? Number(text) : null);

export function wrongs(typed: Typed, today: string): Wrong {
  const wrong: Wrong = {};
  const refuse = (field: Field, is: boolean, words: string) => {
    if (is) wrong[field] ??= words;
  };
  const { resolved_on, in_force_from, noticed_from, noticed_until } = typed;
  const latest = daysBefore(today, -aheadDaysMax);

  refuse('resolved_on', !resolved_on, '请选开会的日子。');
  refuse('resolved_on', resolved_on > today, '开会日期不能在今天以后。');
  refuse('resolved_on', resolved_on < daysBefore(today, backDaysMax), '开会日期太早,请核对。');

  const present = whole(typed.attendance);
  refuse('attendance', !present || present > peopleMax, '到会人数要在 1 到 20000 之间。');
  const votes = (['votes_for', 'votes_against', 'votes_abstained'] as const).map((field) => {
    const count = whole(typed[field]);
    refuse(field, count === null || count > peopleMax, '请写票数,没有就写 0。');
    return count;
  });
  if (present && !votes.includes(null)) {
    const cast = votes.reduce<number>((sum, count) => sum + count!, 0);
    refuse('votes_for', cast > present, '票数加起来比到会人数还多,请核对。');
    refuse('votes_for', votes[0]! * 2 <= present, '赞成票要超过到会人数的一半才算通过。');
  }

  refuse('minutes', !typed.minutes.trim(), '请写会议记录:谁主持、怎么议的、结果怎样。');
  refuse('minutes', [...typed.minutes].length > minutesMax, `最多 ${minutesMax} 个字。`);

  refuse('noticed_from', !noticed_from, '请选公示开始的日子。');
  refuse('noticed_until', !noticed_until, '请选公示结束的日子。');
  refuse('noticed_until', noticed_until < noticed_from, '公示结束不能早于开始。');
  refuse(
    'noticed_until',
    !!in_force_from && noticed_until > in_force_from,
    '公示要在生效以前结束,请核对。',
  );
  refuse('in_force_from', !in_force_from, '请选从哪天起按它记分。');
  refuse('in_force_from', in_force_from > latest, '生效日期太远,请核对。');
  if (resolved_on) {
    const earliest = daysBefore(resolved_on, noticeBeforeDaysMax);
    refuse('noticed_from', noticed_from < earliest, '公示开始得太早,请核对。');
    refuse('in_force_from', in_force_from < resolved_on, '生效日期不能早于开会日期。');
  }
  return wrong;
}

/** Ready to be sent. */
export function resolution(typed: Typed, revision: number): Resolution {
  return {
    ...typed,
    revision,
    minutes: typed.minutes.trim(),
    attendance: Number(typed.attendance),
    votes_for: Number(typed.votes_for),
    votes_against: Number(typed.votes_against),
    votes_abstained: Number(typed.votes_abstained),
  };
}

/** The place in the table, from 1, that a problem's field names; null for the table as a whole. */
export function positionOf(field: string): number | null {
  const at = /^items\[(\d+)\]/.exec(field);
  return at ? Number(at[1]) + 1 : null;
}
