//! What people of the town do, how often, and how many of them.

use crate::hundredths::Hundredths;

/// A deed that comes round in every grid.
pub struct Habit {
    /// The rule's name in the template.
    pub rule: &'static str,
    /// Days from one time to the next.
    pub every: u32,
    /// How many of a hundred households join.
    pub share: u32,
    /// Never more households than these.
    pub households_max: usize,
    /// Quantities and how common they are.
    pub quantities: &'static [(Hundredths, u32)],
    /// Hours of the day at which it is written down.
    pub hours: (i64, i64),
    /// What the worker writes beside it, if anything.
    pub notes: &'static [&'static str],
    /// Months and days of the month in which alone it happens.
    pub season: Option<&'static [Season]>,
}

/// A stretch of one month of the year.
pub struct Season {
    /// 1 to 12.
    pub month: u32,
    /// First and last day.
    pub days: (u32, u32),
}

const ONE: &[(Hundredths, u32)] = &[(Hundredths::ONE, 1)];
const EVERYBODY: usize = usize::MAX;

/// What counts at once.
pub const POSTED: [Habit; 6] = [
    Habit {
        rule: "参加村组环境卫生整治",
        every: 14,
        share: 42,
        households_max: EVERYBODY,
        quantities: &[(Hundredths::ONE, 8), (Hundredths::whole(2), 2)],
        hours: (10, 12),
        notes: &["清扫村道", "清理水沟", "捡拾河边垃圾", ""],
        season: None,
    },
    Habit {
        rule: "参加户主会、村民代表会",
        every: 30,
        share: 50,
        households_max: EVERYBODY,
        quantities: ONE,
        hours: (17, 18),
        notes: &["户主会：商量修机耕道", "户主会：商量修路", ""],
        season: None,
    },
    Habit {
        rule: "参加志愿服务",
        every: 9,
        share: 5,
        households_max: 6,
        quantities: &[(Hundredths(150), 2), (Hundredths::whole(2), 5), (Hundredths::whole(3), 3)],
        hours: (15, 17),
        notes: &["帮独居老人挑水劈柴", "整理农家书屋", "赶集日劝导交通", ""],
        season: None,
    },
    Habit {
        rule: "森林防火巡查、防汛值守",
        every: 7,
        share: 4,
        households_max: 3,
        quantities: ONE,
        hours: (16, 18),
        notes: &["山脚卡口值守", "巡山一趟", ""],
        season: None,
    },
    Habit {
        rule: "参加文体活动排练演出",
        every: 30,
        share: 12,
        households_max: 10,
        quantities: ONE,
        hours: (14, 17),
        notes: &["广场舞排练", "舞龙队排练", "送戏下乡帮忙"],
        season: None,
    },
    Habit {
        rule: "文明祭祀、林区不用火",
        every: 4,
        share: 30,
        households_max: EVERYBODY,
        quantities: ONE,
        hours: (9, 11),
        notes: &["用鲜花祭扫", ""],
        season: Some(&[
            Season { month: 2, days: (8, 11) },
            Season { month: 4, days: (3, 6) },
            Season { month: 8, days: (25, 28) },
        ]),
    },
];

/// What the panel looks at first.
pub const REVIEWED: [Habit; 5] = [
    Habit {
        rule: "义务维修水渠道路",
        every: 42,
        share: 6,
        households_max: 2,
        quantities: ONE,
        hours: (15, 18),
        notes: &["疏通上游水渠", "填补机耕道", "砌田埂"],
        season: None,
    },
    Habit {
        rule: "提出建议并被村里采纳",
        every: 47,
        share: 4,
        households_max: 1,
        quantities: ONE,
        hours: (9, 17),
        notes: &["建议在路口装反光镜", "建议垃圾桶改到桥头", "建议错开灌水时间"],
        season: None,
    },
    Habit {
        rule: "按期完成户厕改造",
        every: 31,
        share: 4,
        households_max: 1,
        quantities: ONE,
        hours: (9, 17),
        notes: &["三格化粪池已验收", ""],
        season: None,
    },
    Habit {
        rule: "红白事从简办理",
        every: 41,
        share: 4,
        households_max: 1,
        quantities: ONE,
        hours: (9, 17),
        notes: &["酒席十桌以内", "没有放烟花", "丧事一天办完"],
        season: None,
    },
    Habit {
        rule: "经调解化解邻里纠纷",
        every: 61,
        share: 4,
        households_max: 1,
        quantities: ONE,
        hours: (9, 17),
        notes: &["田界已划清", "滴水沟已改道"],
        season: None,
    },
];

/// What a worker warns of, in one grid of the village at a time.
pub const DEDUCTED: [Habit; 2] = [
    Habit {
        rule: "占道堆放不清理",
        every: 17,
        share: 3,
        households_max: 1,
        quantities: &[(Hundredths::ONE, 3), (Hundredths::whole(2), 1)],
        hours: (9, 11),
        notes: &["沙子堆在路口，车过不去", "柴堆占了半边路"],
        season: None,
    },
    Habit {
        rule: "林区野外用火",
        every: 45,
        share: 3,
        households_max: 1,
        quantities: ONE,
        hours: (14, 16),
        notes: &["田边烧草，当场劝灭"],
        season: None,
    },
];

/// An item of the monthly round.
pub struct Round {
    /// The rule's name in the template.
    pub rule: &'static str,
    /// Every so many-th village looks at it, and how many of a hundred of its households.
    pub villages: usize,
    /// See `villages`.
    pub share: u32,
}

/// The monthly round, door by door.
pub const ROUNDS: [Round; 3] = [
    Round { rule: "门前屋后整洁", villages: 1, share: 97 },
    Round { rule: "垃圾分类投放", villages: 2, share: 97 },
    Round { rule: "厨房厕所干净", villages: 4, share: 55 },
];
/// Days of the month on which the first grid's round may be; each grid's is a day later.
pub const ROUND_BEGINS: u32 = 4;
