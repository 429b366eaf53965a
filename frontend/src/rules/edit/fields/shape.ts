/** The numbers of the shape. */
import { byDegree, hasPoints, hasWindow, type Item } from '../draft';
import { count, lines, number, presentWindow, text, toggle, window, type Row } from './row';

const partsMax = 20;
const yearsMax = 50;
const amountMax = 1_000_000;

function pointsLabel({ kind, unit }: Item): string {
  if (kind === 'inspection') return '满分';
  if (kind === 'base') return '每户先记';
  if (kind === 'top_share') return '每户加';
  return `每${unit.trim() || '次'}${kind === 'deduction' ? '扣' : '加'}`;
}

export function shapeRows(item: Item): Row[] {
  const { kind, unit } = item;
  const rows: Row[] = [];
  if (hasPoints(kind)) {
    rows.push(
      number(pointsLabel(item), '分', item.points, (value) => (item.points = value), {
        field: 'points',
      }),
    );
  }
  if (kind === 'inspection') {
    rows.push(
      number(
        '每发现一处扣',
        '分',
        item.points_per_spot,
        (value) => (item.points_per_spot = value),
        {
          field: 'points_per_spot',
        },
      ),
    );
  }
  if (kind === 'ladder') rows.push(...steps(item));
  if (kind === 'bands') rows.push(...bands(item));
  if (byDegree(kind)) rows.push(...degrees(item));
  if (kind === 'top_share') {
    rows.push(
      count('排在前', '%', item.percent, (value) => (item.percent = value), 100, {
        field: 'percent',
      }),
    );
  }
  if (kind === 'veto') rows.push(...veto(item));
  if (hasWindow(kind)) {
    const label = kind === 'ladder' ? '多久从头数' : '多久一回';
    rows.push(window(label, item.window ?? null, (value) => (item.window = value)));
  }
  if (!['inspection', 'base', 'top_share', 'veto'].includes(kind)) {
    rows.push(text('单位(数什么)', unit, (value) => (item.unit = value), 8, { field: 'unit' }));
  }
  return rows;
}

const steps = (item: Item): Row[] =>
  lines(
    '几档(后一档写一共加多少)',
    '档',
    partsMax,
    item.steps,
    (line, set) => [
      number('满', item.unit, line.units, (units) => set({ units: units! })),
      number('一共加', '分', line.points, (points) => set({ points: points! })),
    ],
    () => {
      const last = item.steps.at(-1);
      return { units: (last?.units ?? 0) + 1, points: (last?.points ?? 0) + 1 };
    },
    (all) => (item.steps = all),
    'steps',
  );

const bands = (item: Item): Row[] =>
  lines(
    '几段',
    '段',
    partsMax,
    item.bands,
    (line, set) => {
      const most = { most: amountMax };
      return [
        number('从', item.unit, line.from, (from) => set({ from: from! }), most),
        number('到(不写是不封顶)', item.unit, line.to, (to) => set({ to }), {
          ...most,
          optional: true,
        }),
        number('每', item.unit, line.per, (per) => set({ per: per! }), most),
        number('加', '分', line.points, (points) => set({ points: points! })),
      ];
    },
    () => {
      const last = item.bands.at(-1);
      const per = last?.per ?? 100;
      // The band before must end before the new one begins.
      if (last) last.to ??= last.from + per * 10 - 1;
      return { from: (last?.to ?? per - 1) + 1, to: null, per, points: last?.points ?? 1 };
    },
    (all) => (item.bands = all),
    'bands',
  );

function degrees(item: Item): Row[] {
  const verb = item.kind === 'degrees' ? '加' : '扣';
  let at = 0;
  return lines(
    `每一级${verb}几分`,
    '级',
    partsMax,
    item.degrees,
    (line, set) => [
      text('叫什么', line.name, (name) => set({ name }), 10, { field: `degrees[${at++}].name` }),
      number(verb, '分', line.points, (points) => set({ points: points! })),
    ],
    () => ({ name: '', points: (item.degrees.at(-1)?.points ?? 0) + 1 }),
    (all) => (item.degrees = all),
    'degrees',
  );
}

function veto({ veto }: Item): Row[] {
  if (!veto) return [];
  return [
    toggle(
      '评星最高只能到',
      veto.lowers_to != null,
      (on) => (veto.lowers_to = on ? '三星户' : null),
      [
        text('最高评几星', veto.lowers_to, (grade) => (veto.lowers_to = grade), 12, {
          field: 'veto.lowers_to',
        }),
      ],
    ),
    toggle('分清零', !!veto.zeroes, (on) => (veto.zeroes = on ? 'year' : null), [
      presentWindow('清哪一段', veto.zeroes ?? null, (value) => (veto.zeroes = value)),
    ]),
    toggle(
      '几年不能换东西',
      !!veto.blocks_years,
      (on) => (veto.blocks_years = on ? 1 : null),
      [count('停', '年', veto.blocks_years, (value) => (veto.blocks_years = value), yearsMax)],
      'veto',
    ),
  ];
}
