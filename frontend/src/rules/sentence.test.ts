import { expect, test } from 'vitest';
import type { Rule } from '../api/types';
import { rule } from './rule-for-tests';
import { sentence } from './sentence';

const deduction = {
  kind: 'deduction',
  name: '占道堆放不清理',
  points: 2,
  unit: '处',
  cap: null,
  proofs: ['photo'],
  review: 'assembly',
} as const satisfies Partial<Rule>;
const degrees = [
  { name: '村', points: 3 },
  { name: '县', points: 20 },
];
const plain = { name: '参加志愿服务', unit: '小时', cap: null } as const;

const said: [change: Partial<Rule>, expected: string][] = [
  // How it is counted.
  [{}, '参加村组环境卫生整治，每人次加 5 分，每月最多算 4 人次。'],
  [plain, '参加志愿服务，每小时加 5 分。'],
  [{ ...plain, points: 0.5 }, '参加志愿服务，每小时加 0.5 分。'],
  [
    { ...plain, points: 2.25, cap: { units: 1.5, window: 'day' } },
    '参加志愿服务，每小时加 2.25 分，每天最多算 1.5 小时。',
  ],
  [{ ...plain, name: ' 参加志愿服务。', unit: '' }, '参加志愿服务，每次加 5 分。'],
  [{ ...plain, name: '' }, '（还没写事项），每小时加 5 分。'],
  [{ ...deduction, name: '参与赌博', unit: '次' }, '参与赌博的，每次扣 2 分，附照片，评议会定。'],
  [
    { ...deduction, cap: { units: 3, window: 'month' } },
    '占道堆放不清理的，每处扣 2 分，每月最多算 3 处，附照片，评议会定。',
  ],
  [
    {
      kind: 'inspection',
      name: '门前屋后整洁',
      points: 10,
      points_per_spot: 2,
      unit: '月',
      cap: { units: 1, window: 'month' },
      indoor_may_be_skipped: true,
      redeemable: false,
    },
    '门前屋后整洁，满分 10 分，每发现一处扣 2 分，扣完为止，每月最多评 1 次，没进屋看的可以不评，只记累计分，不能换东西。',
  ],
  [
    {
      kind: 'ladder',
      name: '坚持义务巡护',
      window: 'year',
      unit: '次',
      cap: null,
      steps: [
        { units: 1, points: 5 },
        { units: 6, points: 50 },
      ],
    },
    '坚持义务巡护，每年满 1 次加 5 分、满 6 次共加 50 分。',
  ],
  [
    {
      kind: 'bands',
      name: '为村里公益捐款',
      unit: '元',
      cap: null,
      bands: [
        { from: 200, to: 1000, per: 100, points: 1 },
        { from: 1001, to: 9000, per: 1000, points: 1 },
      ],
      proofs: ['receipt'],
    },
    '为村里公益捐款，满 200 元起算，每 100 元加 1 分；超过 1000 元的部分每 1000 元加 1 分；超过 9000 元的部分不再加，附票据。',
  ],
  [
    {
      kind: 'bands',
      name: '捐款',
      unit: '元',
      cap: null,
      bands: [{ from: 100, to: null, per: 100, points: 1 }],
    },
    '捐款，每 100 元加 1 分。',
  ],
  [
    {
      kind: 'degrees',
      name: '受到表彰',
      degrees,
      unit: '次',
      cap: null,
      proofs: ['certificate'],
      validity: { years: 3, by_degree: [{ degree: '县', years: 5 }] },
    },
    '受到表彰，每次按等级加分：村 3 分、县 20 分，在累计分里县算 5 年、其他算 3 年，附证书。',
  ],
  [
    { ...deduction, kind: 'degrees_off', name: '破坏生态环境', degrees, unit: '次' },
    '破坏生态环境的，每次按轻重扣分：村 3 分、县 20 分，附照片，评议会定。',
  ],
  [
    { kind: 'base', name: '基础分', points: 100, window: 'year', cap: null, unit: '户' },
    '基础分，每年开头每户先记 100 分。',
  ],
  [
    { kind: 'top_share', name: '季度先进', percent: 10, points: 20, window: 'quarter', cap: null },
    '季度先进，每季排在前 10% 的户，每户加 20 分。',
  ],
  [
    {
      kind: 'veto',
      name: '违法建房',
      veto: { lowers_to: '三星', zeroes: 'quarter', blocks_years: 1 },
      cap: null,
      proofs: ['penalty'],
      review: 'double',
      redeemable: false,
    },
    '违法建房的，一票否决：评星最高三星、本季的分清零、1 年不能换东西，附处罚决定，两个人先后审。',
  ],

  // The warning before a deduction.
  [
    { ...deduction, warn_first: '3_days' },
    '占道堆放，经劝导 3 天仍不清理的，每处扣 2 分，附照片，评议会定。',
  ],
  [
    { ...deduction, name: '占道堆放经劝导仍不清理', warn_first: '3_days' },
    '占道堆放，经劝导 3 天仍不清理的，每处扣 2 分，附照片，评议会定。',
  ],
  [
    { ...deduction, warn_first: 'on_the_spot' },
    '占道堆放，当场劝导仍不清理的，每处扣 2 分，附照片，评议会定。',
  ],
  [
    { ...deduction, name: '林区野外用火', unit: '次', warn_first: 'on_the_spot' },
    '林区野外用火，当场劝导不听的，每次扣 2 分，附照片，评议会定。',
  ],
  [
    { ...deduction, name: '不按规定停车', unit: '次', warn_first: '7_days' },
    '不按规定停车，经劝导 7 天仍不改的，每次扣 2 分，附照片，评议会定。',
  ],

  // Limits and conditions.
  [
    {
      ...plain,
      category: '公益活动',
      points_cap: { points: 20, window: 'month' },
      category_cap: { units: 6, window: 'year' },
      category_points_cap: { points: 60.5, window: 'year' },
    },
    '参加志愿服务，每小时加 5 分，每月最多加 20 分，「公益活动」各项合起来每年最多算 6 小时，「公益活动」各项合起来每年最多加 60.5 分。',
  ],
  [
    { ...deduction, points_cap: { points: 20, window: 'month' }, repeat_doubles: 'year' },
    '占道堆放不清理的，每处扣 2 分，每月最多扣 20 分，同一年再犯加倍，附照片，评议会定。',
  ],
  [
    { ...plain, highest_of: '救灾', per_person: true },
    '参加志愿服务，每小时每人加 5 分，「救灾」各项同一天只算分最高的一项。',
  ],
  [{ ...plain, unit: '人次', per_person: true }, '参加志愿服务，每人次每人加 5 分。'],
  [
    { ...deduction, redeemable: false, proofs: ['none'], review: 'none' },
    '占道堆放不清理的，每处扣 2 分，只扣累计分。',
  ],
  [
    { ...plain, validity: { years: 2, by_degree: [] } },
    '参加志愿服务，每小时加 5 分，在累计分里算 2 年。',
  ],

  // Proof and decision.
  [{ ...plain, proofs: ['sign_in'] }, '参加志愿服务，每小时加 5 分，要签到。'],
  [
    { ...plain, proofs: ['photo', 'both_sides'], late_days: 30, review: 'double' },
    '参加志愿服务，每小时加 5 分，附照片或双方确认，过了 30 天才报的要上评议会，两个人先后审。',
  ],
  [{ ...plain, remark: '按到场人次。' }, '参加志愿服务，每小时加 5 分（按到场人次）。'],
];

test.each(said)('%o is said', (change, expected) => {
  expect(sentence(rule(change))).toBe(expected);
});
