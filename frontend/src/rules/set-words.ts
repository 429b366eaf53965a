/** Versions of a table, their resolutions and decisions in the words of the village. */
import type { Decisions, Resolution, RuleSet, RuleSetEdit, TemplateLimits } from '../api/types';
import { dayWords, villageDay } from '../periods';
import { points } from '../points';

/** The village's day of an instant, in words. */
export const instantWords = (instant: string) => dayWords(villageDay(Date.parse(instant)));

/** Where a version stands. */
export function statusWords({ status, filing, issued_at }: RuleSet): string {
  switch (status) {
    case 'draft':
      return '草稿';
    case 'adopted':
      return '已表决,等镇里备案';
    case 'filed':
      return `已备案,${filing ? dayWords(filing.judges_from) : ''}起`;
    case 'in_force':
      return '在用';
    case 'superseded':
      return '已换';
    case 'issued':
      return `模板${issued_at ? `,${instantWords(issued_at)}下发` : ''}`;
  }
}

/** 到会 46 人:赞成 44、反对 1、弃权 1 */
export function votesWords(one: Resolution): string {
  return `到会 ${one.attendance} 人:赞成 ${one.votes_for}、反对 ${one.votes_against}、弃权 ${one.votes_abstained}`;
}

/** The facts behind a version, one line each. */
export function factsWords(set: RuleSet): [label: string, words: string][] {
  const { resolution, filing } = set;
  const lines: [string, string][] = [];
  if (resolution) {
    const { noticed_from, noticed_until, in_force_from } = resolution;
    const from = filing?.judges_from ?? in_force_from;
    lines.push(
      ['表决', `${dayWords(resolution.resolved_on)},${votesWords(resolution)}`],
      ['公示', `${dayWords(noticed_from)}到${dayWords(noticed_until)}`],
      ['生效', `${dayWords(from)}起按它记分${filing ? '' : ',等备案'}`],
    );
  }
  if (filing) {
    const note = filing.note ? `(${filing.note})` : '';
    lines.push(['备案', `${instantWords(filing.filed_at)} ${filing.filed_by}${note}`]);
  }
  if (set.adopted_by) lines.push(['记表决', set.adopted_by]);
  lines.push(['起草', `${instantWords(set.drafted_at)} ${set.drafted_by}`]);
  return lines;
}

const namesMax = 3;

/** 新加「巡河」,改了「扫地」「种树」等 5 条 */
export function editWords({ added, altered, dropped, decisions }: RuleSetEdit): string {
  const said = (verb: string, names: string[]) => {
    if (!names.length) return '';
    const shown = names.slice(0, namesMax).map((name) => `「${name}」`);
    return `${verb}${shown.join('')}${names.length > namesMax ? `等 ${names.length} 条` : ''}`;
  };
  const items = [said('新加', added), said('改了', altered), said('去掉', dropped)];
  const parts = [...items, decisions && '改了村里自己定的'].filter(Boolean);
  return parts.join(',') || '事项没有变';
}

export const boardNames: Record<Decisions['board_names'], string> = {
  middle_masked: '名字中间遮住,加户编号',
  whole: '写全名',
  code_only: '只写户编号',
};
export const boardColumns: Record<Decisions['board_columns'][number], string> = {
  month: '本月得分',
  honour: '累计分',
  rank: '名次',
  stars: '星级',
  spendable: '能换东西的分',
};

/** What the village decided about itself, one sentence each. */
export function decisionsWords(decided: Decisions): string[] {
  const { expiry, stars, assembly_from, judges, quorum } = decided;
  const { month_points_max, cool_down_days, applications_a_day } = decided;
  return [
    `公示栏:${boardNames[decided.board_names]};写${decided.board_columns.map((one) => boardColumns[one]).join('、')}。`,
    `公示 ${decided.objection_days} 天内可以说分不对。`,
    decided.negative_pending ? '还没公示的分可以扣到 0 以下。' : '还没公示的分最低扣到 0。',
    expiry.kind === 'never'
      ? '没换东西的分一直留着。'
      : expiry.kind === 'year_end'
        ? '没换东西的分到年底清零。'
        : `没换东西的分满 ${expiry.years} 年作废。`,
    judges > 1 ? `评比由 ${judges} 个人打分,取平均。` : '评比由 1 个人打分。',
    quorum ? `评议会至少要 ${quorum} 人到。` : '',
    assembly_from ? `一次 ${points(assembly_from)} 分以上的,都要评议会定。` : '',
    month_points_max ? `一个月最多给 ${points(month_points_max)} 分,不够再问镇里。` : '',
    cool_down_days ? `前后 ${cool_down_days} 天里两个人记了同一件事,要评议。` : '',
    applications_a_day ? `户里可以报好事,每户每天最多 ${applications_a_day} 次,都要评议。` : '',
    stars.by === 'points'
      ? `星级按全年的分:${stars.grades.map((one) => `${one.name} ${points(one.from)} 分起`).join('、')}。`
      : stars.by === 'share'
        ? `星级按名次:${stars.grades.map((one) => `${one.name}占 ${one.percent}%`).join('、')}。`
        : '不评星级。',
  ].filter(Boolean);
}

/** How far villages may go beyond a template. */
export function limitsWords(limits: TemplateLimits): string[] {
  const { own_items_max, own_points_max, keep_items } = limits;
  return [
    keep_items ? '模板里的事项,各村要照样写上。' : '模板里的事项,各村可以改、可以不用。',
    own_items_max === null ? '' : `各村自己加的事项最多 ${own_items_max} 条。`,
    own_points_max === null ? '' : `自己加的事项一次最多 ${points(own_points_max)} 分。`,
  ].filter(Boolean);
}
