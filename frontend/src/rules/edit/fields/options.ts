/** What rules say beside their numbers: first what most say, then what few do. */
import type { Proof, Rule } from '../../../api/types';
import { cappedWith, isClosed, takes, type Item } from '../draft';
import { proofs, reviews } from '../kinds';
import { count, limited, presentWindow, text, toggle, type Row } from './row';

const daysMax = 365;
const yearsMax = 50;

export function optionRows(item: Item): Row[] {
  const { kind } = item;
  const inspects = kind === 'inspection';
  const unit = inspects ? '次' : item.unit;
  const rows: Row[] = [];
  if (takes(kind)) rows.push(warning(item));
  if (takes(kind) || item.repeat_doubles) {
    rows.push(
      toggle(
        '再犯加倍',
        !!item.repeat_doubles,
        (on) => (item.repeat_doubles = on ? 'year' : null),
        [
          presentWindow(
            '多久以内再犯',
            item.repeat_doubles ?? null,
            (value) => (item.repeat_doubles = value),
          ),
        ],
      ),
    );
  }
  if (!isClosed(kind) || item.cap) {
    rows.push(
      limited(
        inspects ? '限评几次' : `限几${unit}`,
        unit,
        item.cap,
        { units: 1, window: 'month' },
        (cap) => (item.cap = cap),
        'cap',
      ),
    );
  }
  if (inspects) {
    rows.push(
      toggle(
        '没进屋看的可以不评',
        item.indoor_may_be_skipped,
        (on) => (item.indoor_may_be_skipped = on),
      ),
    );
  }
  return [
    ...rows,
    {
      is: 'choice',
      label: '要看什么证明(有一样就行)',
      options: proofs,
      picked: (one) => item.proofs.includes(one as Proof),
      set: (one) => pick(item, one as Proof),
      field: 'proofs',
    },
    {
      is: 'choice',
      label: '谁来定',
      options: reviews,
      picked: (one) => item.review === one,
      set: (one) => (item.review = one as Rule['review']),
    },
  ];
}

function warning(item: Item): Row {
  const days = Number(/^(\d+)_days$/.exec(item.warn_first ?? '')?.[1] ?? 0);
  const inside: Row[] = [
    {
      is: 'choice',
      label: '给多久改',
      bare: true,
      options: [
        ['spot', '当场就改'],
        ['days', '限几天改'],
      ],
      picked: (one) => (one === 'days') === days > 0,
      set: (one) => (item.warn_first = one === 'days' ? '3_days' : 'on_the_spot'),
    },
  ];
  if (days) {
    inside.push(count('限', '天', days, (value) => (item.warn_first = `${value}_days`), daysMax));
  }
  const set = (on: boolean) => (item.warn_first = on ? '3_days' : null);
  return toggle('先劝导,不听才扣', !!item.warn_first, set, inside, 'warn_first');
}

/** 不用 and a proof exclude each other. */
function pick(item: Item, proof: Proof): void {
  const others = item.proofs.filter((one) => one !== proof && one !== 'none');
  const wanted = item.proofs.includes(proof) ? others : [...others, proof];
  item.proofs = proof === 'none' || !wanted.length ? ['none'] : wanted;
}

/** An option that the shape seldom has is shown while it is set: nothing is hidden. */
export function rareRows(item: Item, items: Item[]): Row[] {
  const { kind } = item;
  const together = cappedWith(items, item);
  const open = !isClosed(kind);
  const inside = `「${item.category.trim() || '这一类'}」合起来`;
  const verb = takes(kind) ? '扣' : '加';
  const rows: (Row | false)[] = [
    !['veto', 'base'].includes(kind) &&
      toggle('这些分能换东西', item.redeemable, (on) => (item.redeemable = on)),
    (open || !!item.points_cap) &&
      limited(
        `限${verb}多少分`,
        '分',
        item.points_cap,
        { points: 10, window: 'month' },
        (limit) => (item.points_cap = limit),
        'points_cap',
      ),
    (open || !!item.category_cap) &&
      limited(
        `${inside}限几${countedIn(item)}`,
        countedIn(item),
        item.category_cap,
        { units: 10, window: 'year' },
        (limit) => together.filter(sameUnit(item)).forEach((one) => (one.category_cap = limit)),
        'category_cap',
      ),
    (open || !!item.category_points_cap) &&
      limited(
        `${inside}限${verb}多少分`,
        '分',
        item.category_points_cap,
        { points: 50, window: 'year' },
        (limit) => together.forEach((one) => (one.category_points_cap = limit)),
        'category_points_cap',
      ),
    kind !== 'veto' && toggle('按人数乘', item.per_person, (on) => (item.per_person = on)),
    (open || item.highest_of !== null) &&
      toggle(
        '同一天几项只算最高的',
        item.highest_of != null,
        (on) => (item.highest_of = on ? '' : null),
        [
          text(
            '这几项叫什么(几项写一样的词,如 救灾)',
            item.highest_of,
            (word) => (item.highest_of = word),
            10,
            { field: 'highest_of' },
          ),
        ],
      ),
    kind !== 'veto' && validity(item),
    (open || !!item.late_days) &&
      toggle(
        '报晚了要上评议会',
        !!item.late_days,
        (on) => (item.late_days = on ? 30 : null),
        [count('过了', '天', item.late_days, (days) => (item.late_days = days), daysMax)],
        'late_days',
      ),
    text(
      '说明(写在句子后面的括号里,可以不写)',
      item.remark,
      (words) => (item.remark = words || null),
      300,
      { field: 'remark', long: true },
    ),
  ];
  return rows.filter((row) => row !== false);
}

/** What a cap of a category counts together. */
const sameUnit = (item: Item) => (one: Item) => countedIn(one) === countedIn(item);
/** A round's items count as 次, whatever their own unit. */
const countedIn = (item: Item) => (item.kind === 'inspection' ? '次' : item.unit);

function validity(item: Item): Row {
  const { validity, degrees } = item;
  const years = (
    label: string,
    value: number | null | undefined,
    set: (to: number | null) => void,
  ) => count(label, '年', value, set, yearsMax, { optional: true });
  return toggle(
    '累计分里只算几年',
    !!validity,
    (on) => (item.validity = on ? { years: 3, by_degree: [] } : null),
    validity
      ? [
          years(
            degrees.length ? '没单写的级' : '算',
            validity.years,
            (to) => (validity.years = to),
          ),
          ...degrees.map(({ name }) => {
            const found = validity.by_degree.find((one) => one.degree === name);
            const others = validity.by_degree.filter((one) => one.degree !== name);
            return years(`${name}(可以不写)`, found?.years, (to) => {
              validity.by_degree = to ? [...others, { degree: name, years: to }] : others;
            });
          }),
        ]
      : [],
    'validity',
  );
}
