/** What the village decides about itself together with its table, and how far a town lets it go. */
import type { Decisions, TemplateLimits } from '../../../api/types';
import { boardColumns, boardNames } from '../../set-words';
import { count, lines, number, text, toggle, wordsOf, type Row } from './row';

const gradesMax = 6;
const grades = ['五星户', '四星户', '三星户', '二星户', '一星户', '星级户'];

export function decisionRows(decided: Decisions): Row[] {
  const { board_columns: columns, expiry, assembly_from } = decided;
  return [
    {
      is: 'choice',
      label: '公示栏上名字怎么写',
      options: wordsOf(boardNames),
      picked: (one) => decided.board_names === one,
      set: (one) => (decided.board_names = one as typeof decided.board_names),
    },
    {
      is: 'choice',
      label: '公示栏写哪几列(按点的先后排)',
      options: wordsOf(boardColumns),
      picked: (one) => columns.some((other) => other === one),
      set: (one) => {
        const others = columns.filter((other) => other !== one);
        decided.board_columns =
          others.length < columns.length ? others : [...columns, one as (typeof columns)[number]];
      },
    },
    {
      is: 'words',
      label: `现在写:${columns.map((one) => boardColumns[one]).join('、') || '一列也没有'}`,
    },
    count(
      '公示几天内可以说分不对',
      '天',
      decided.objection_days,
      (days) => (decided.objection_days = days!),
      30,
      { least: 3 },
    ),
    toggle(
      '还没公示的分可以扣到 0 以下',
      decided.negative_pending,
      (on) => (decided.negative_pending = on),
    ),
    {
      is: 'choice',
      label: '没换东西的分怎么办',
      options: [
        ['never', '一直留着'],
        ['year_end', '年底清零'],
        ['years', '过几年作废'],
      ],
      picked: (one) => expiry.kind === one,
      set: (one) => {
        const kind = one as typeof expiry.kind;
        decided.expiry = kind === 'years' ? { kind, years: 2 } : { kind };
      },
    },
    ...(expiry.kind === 'years'
      ? [count('过', '年', expiry.years, (years) => (expiry.years = years!), 10)]
      : []),
    count('评比几个人打分(取平均)', '人', decided.judges, (all) => (decided.judges = all!), 9),
    toggle(
      '分大的一律上评议会',
      assembly_from != null,
      (on) => (decided.assembly_from = on ? 20 : null),
      [number('一次满', '分', assembly_from, (from) => (decided.assembly_from = from))],
    ),
    toggle('评议会至少要几人到', decided.quorum != null, (on) => (decided.quorum = on ? 3 : null), [
      count('至少', '人', decided.quorum, (all) => (decided.quorum = all!), 20),
    ]),
    ...limitsOnGiving(decided),
    ...starRows(decided),
  ];
}

/** What keeps points worth something, and what households may tell of. */
function limitsOnGiving(decided: Decisions): Row[] {
  const { month_points_max: most, applications_a_day: told, cool_down_days: around } = decided;
  return [
    toggle(
      '每月给分有上限',
      most != null,
      (on) => (decided.month_points_max = on ? 10_000 : null),
      [
        number('一个月最多', '分', most, (value) => (decided.month_points_max = value), {
          most: 1_000_000,
        }),
      ],
    ),
    toggle(
      '两个人记同一件事,前后几天都算像',
      around != null && around > 0,
      (on) => (decided.cool_down_days = on ? 3 : null),
      [count('前后', '天', around, (days) => (decided.cool_down_days = days), 31)],
    ),
    toggle('户里可以报好事', told != null, (on) => (decided.applications_a_day = on ? 2 : null), [
      count('每户每天最多', '次', told, (times) => (decided.applications_a_day = times), 5),
    ]),
  ];
}

function starRows(decided: Decisions): Row[] {
  const { stars } = decided;
  const first = <T>(make: (name: string, at: number) => T) => grades.slice(0, 3).map(make);
  const name = (line: { name: string }) =>
    text('叫什么', line.name, (name) => (line.name = name), 12);
  const rows: Row[] = [
    {
      is: 'choice',
      label: '评星',
      options: [
        ['none', '不评'],
        ['points', '按全年的分'],
        ['share', '按名次'],
      ],
      picked: (one) => stars.by === one,
      set: (by) => {
        if (by === 'none') decided.stars = { by };
        if (by === 'points') {
          decided.stars = { by, grades: first((name, at) => ({ name, from: 90 - 10 * at })) };
        }
        if (by === 'share') {
          decided.stars = { by, grades: first((name, at) => ({ name, percent: 10 + 10 * at })) };
        }
      },
    },
  ];
  const label = '几星(从高到低)';
  if (stars.by === 'points') {
    rows.push(
      ...lines(
        label,
        '档',
        gradesMax,
        stars.grades,
        (line, set) => [
          name(line),
          number('满', '分', line.from, (from) => set({ from: from! }), { most: 1_000_000 }),
        ],
        () => ({ name: grades[stars.grades.length] ?? '', from: 10 }),
        (all) => (stars.grades = all),
        'stars',
      ),
    );
  }
  if (stars.by === 'share') {
    rows.push(
      ...lines(
        label,
        '档',
        gradesMax,
        stars.grades,
        (line, set) => [
          name(line),
          count('占', '%', line.percent, (percent) => set({ percent: percent! }), 100),
        ],
        () => ({ name: grades[stars.grades.length] ?? '', percent: 10 }),
        (all) => (stars.grades = all),
        'stars',
      ),
    );
  }
  return rows;
}

export const limitRows = (limits: TemplateLimits): Row[] => [
  toggle('模板里的事项,各村要照样写上', limits.keep_items, (on) => (limits.keep_items = on)),
  toggle(
    '各村自己加的事项限几条',
    limits.own_items_max != null,
    (on) => (limits.own_items_max = on ? 10 : null),
    [
      count('最多', '条', limits.own_items_max, (most) => (limits.own_items_max = most), 200, {
        least: 0,
      }),
    ],
  ),
  toggle(
    '自己加的事项一次限多少分',
    limits.own_points_max != null,
    (on) => (limits.own_points_max = on ? 20 : null),
    [number('最多', '分', limits.own_points_max, (most) => (limits.own_points_max = most))],
  ),
];
