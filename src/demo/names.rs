//! Names as southern Hunan has them, put together by chance: nobody's.

use super::dice::Dice;

/// Surnames and how common they are, compound ones among them.
const SURNAMES: [(&str, u32); 40] = [
    ("陈", 12),
    ("李", 12),
    ("刘", 9),
    ("王", 8),
    ("曾", 7),
    ("谭", 7),
    ("罗", 7),
    ("黄", 7),
    ("邝", 6),
    ("欧阳", 5),
    ("彭", 5),
    ("何", 5),
    ("邓", 5),
    ("周", 5),
    ("唐", 5),
    ("雷", 4),
    ("曹", 4),
    ("胡", 4),
    ("蒋", 4),
    ("肖", 4),
    ("谢", 4),
    ("朱", 3),
    ("郭", 3),
    ("廖", 3),
    ("侯", 2),
    ("段", 2),
    ("尹", 2),
    ("骆", 2),
    ("首", 2),
    ("谷", 2),
    ("扶", 1),
    ("单", 1),
    ("覃", 1),
    ("龙", 1),
    ("盘", 1),
    ("赵", 1),
    ("司徒", 1),
    ("上官", 1),
    ("司马", 1),
    ("诸葛", 1),
];
/// How many surnames most of a village shares, and how many of a hundred households that is.
const CLANS: usize = 3;
const OF_CLANS: u32 = 62;

const FIRST: [&str; 36] = [
    "建", "国", "德", "志", "文", "明", "祥", "满", "正", "春", "家", "光", "永", "水", "木", "秀", "小", "金", "玉",
    "桂", "友", "军", "新", "万", "福", "善", "忠", "运", "先", "名", "石", "社", "冬", "凤", "礼", "贤",
];
const SECOND: [&str; 36] = [
    "桂", "生", "福", "军", "华", "平", "云", "满", "春", "林", "强", "贵", "荣", "发", "英", "兰", "花", "秀", "香",
    "珍", "凤", "连", "清", "财", "旺", "根", "元", "和", "安", "成", "友", "娥", "球", "古", "姣", "雄",
];
const SINGLE: [&str; 16] =
    ["军", "勇", "平", "辉", "斌", "霞", "燕", "梅", "强", "华", "涛", "丽", "敏", "波", "亮", "红"];

const TRADES: [&str; 14] =
    ["木匠", "石匠", "篾匠", "瓦匠", "铁匠", "裁缝", "豆腐", "剃头", "补锅", "油坊", "杀猪", "酿酒", "鸭子", "药铺"];

/// The surnames of one village.
pub struct Clans(Vec<&'static str>);

impl Clans {
    /// Of another village.
    pub fn new(dice: &mut Dice) -> Self {
        Self((0..CLANS).map(|_| dice.weighted(&SURNAMES)).collect())
    }

    /// A surname and the name with it.
    pub fn name(&self, dice: &mut Dice) -> (&'static str, String) {
        let surname = if dice.chance(OF_CLANS) { dice.pick(&self.0) } else { dice.weighted(&SURNAMES) };
        if dice.chance(14) {
            return (surname, format!("{surname}{}", dice.pick(&SINGLE)));
        }
        let first = dice.pick(&FIRST);
        let others: Vec<_> = SECOND.iter().filter(|second| *second != first).collect();
        (surname, format!("{surname}{first}{}", dice.pick(&others)))
    }
}

/// What people call somebody of a surname.
pub fn alias(dice: &mut Dice, surname: &str) -> String {
    match dice.between(0..=9) {
        0 => format!("{surname}老师"),
        1 => format!("老支书{surname}"),
        2 => format!("{surname}医师"),
        3 => format!("满{surname}"),
        _ => format!("{}{surname}", dice.pick(&TRADES)),
    }
}
