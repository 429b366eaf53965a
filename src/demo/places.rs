//! Where people live: villages, their grids, and a roster for each.

use std::sync::Arc;

use super::dice::Dice;
use super::names::{Clans, alias};
use super::{COUNTY, TOWN};
use crate::areas::{self, Area, AreaName};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::Result;
use crate::households::{self, Draft, NewHousehold, Status};
use crate::ids::AreaId;
use crate::keys::Keys;
use crate::scope::{Identity, ImportHouseholds};

/// A village's name, and the initials in front of its households' codes.
#[derive(Clone, Copy, Debug)]
pub struct VillageName {
    /// With 村 at its end.
    pub name: &'static str,
    /// No other village of the town has them.
    pub initials: &'static str,
}

/// The village of the demonstration accounts.
pub const HOME: &str = "林家排村";

/// The villages of the town.
pub const VILLAGES: [VillageName; 13] = [
    VillageName { name: "龙塘村", initials: "LT" },
    VillageName { name: "东源山村", initials: "DYS" },
    VillageName { name: "仙姑村", initials: "XG" },
    VillageName { name: "笠头村", initials: "LIT" },
    VillageName { name: HOME, initials: "LJP" },
    VillageName { name: "满塘村", initials: "MT" },
    VillageName { name: "水尾村", initials: "SW" },
    VillageName { name: "菜子冲村", initials: "CZC" },
    VillageName { name: "贺家村", initials: "HJ" },
    VillageName { name: "乐水河村", initials: "LSH" },
    VillageName { name: "台宵村", initials: "TX" },
    VillageName { name: "天子山村", initials: "TZS" },
    VillageName { name: "大岭背村", initials: "DLB" },
];

/// How much of the town is built.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// These villages; [`HOME`] must be among them.
    pub villages: &'static [VillageName],
    /// In all of them together.
    pub households: usize,
}

impl Size {
    /// All of it.
    pub const WHOLE: Self = Self { villages: &VILLAGES, households: 4000 };
}

/// Households of a grid: a worker knows them all.
const GRID_HOUSEHOLDS: usize = 50;
const GRIDS: std::ops::RangeInclusive<usize> = 2..=8;
const GRID_NAMES: [&str; 8] = ["一组", "二组", "三组", "四组", "五组", "六组", "七组", "八组"];
/// How much villages and grids differ in size, of a hundred.
const VILLAGES_DIFFER: usize = 30;
const GRIDS_DIFFER: usize = 18;

/// Numbers of a block that no operator hands out: they ring nobody.
const PHONE_BLOCK: &str = "154";

const STATUSES: [(Status, u32); 3] = [(Status::Resident, 87), (Status::Away, 11), (Status::CareHome, 2)];
const TAGS: [(&[&str], u32); 10] = [
    (&[], 740),
    (&["党员户"], 90),
    (&["军属"], 30),
    (&["文明户"], 50),
    (&["低保户"], 35),
    (&["独居老人"], 20),
    (&["残疾人户"], 15),
    (&["党员户", "文明户"], 10),
    (&["低保户", "独居老人"], 7),
    (&["五保户"], 3),
];

/// A village with its grids.
pub struct Village {
    /// Where.
    pub area: Area,
    /// How its codes begin.
    pub initials: &'static str,
    /// Its grids in their order.
    pub grids: Vec<Area>,
}

/// The county and the town in it.
pub async fn town(tx: &Tx, clock: &Clock) -> Result<(Area, Area)> {
    let county = areas::insert(tx, clock, None, AreaName::parse(COUNTY)?).await?;
    let town = areas::insert(tx, clock, Some(&county), AreaName::parse(TOWN)?).await?;
    Ok((county, town))
}

/// Settles so many households in a new village, as the county's administrator may.
pub async fn village(
    tx: &Tx,
    (clock, keys): (&Clock, &Keys),
    dice: &mut Dice,
    (county, town): (&Arc<Identity>, &Area),
    (name, households): (VillageName, usize),
) -> Result<Village> {
    let area = areas::insert(tx, clock, Some(town), AreaName::parse(name.name)?).await?;
    let count = (households / GRID_HOUSEHOLDS).clamp(*GRIDS.start(), *GRIDS.end());
    let mut grids = Vec::new();
    for grid in GRID_NAMES.iter().take(count) {
        grids.push(areas::insert(tx, clock, Some(&area), AreaName::parse(grid)?).await?);
    }
    let clans = Clans::new(dice);
    let mut roster = Vec::with_capacity(households);
    for (grid, households) in grids.iter().zip(dice.parts(households, count, GRIDS_DIFFER)) {
        let mut door = 0;
        for at in 0..households {
            let shares_door = at > 0 && dice.chance(6);
            door += i32::from(!shares_door);
            let code = format!("{}{:04}", name.initials, roster.len() + 1);
            let place = Place { grid: grid.id, address: format!("{}{}{door}号", name.name, grid.name), door };
            roster.push(NewHousehold::parse(household(dice, &clans, code, place))?);
        }
    }
    let may = county.may::<ImportHouseholds>(clock.today())?;
    households::bring_in(tx, clock, keys, &may, &area, roster).await?;
    Ok(Village { area, initials: name.initials, grids })
}

/// How many households each village has.
pub fn shares(dice: &mut Dice, size: &Size) -> Vec<usize> {
    dice.parts(size.households, size.villages.len(), VILLAGES_DIFFER)
}

struct Place {
    grid: AreaId,
    address: String,
    door: i32,
}

fn household(dice: &mut Dice, clans: &Clans, code: String, place: Place) -> Draft {
    let (surname, name) = clans.name(dice);
    let has_phone = dice.chance(93);
    let phone = format!("{PHONE_BLOCK}{:08}", dice.between(0..=99_999_999));
    Draft {
        grid_id: Some(place.grid),
        code: Some(code),
        name: Some(name),
        alias: dice.chance(9).then(|| alias(dice, surname)),
        size: Some(dice.between(1..=4) + dice.between(0..=3)),
        door: Some(format!("{}号", place.door)),
        address: Some(place.address),
        phone: has_phone.then_some(phone),
        status: Some(dice.weighted(&STATUSES)),
        tags: Some(dice.weighted(&TAGS).iter().map(ToString::to_string).collect()),
        ..Draft::default()
    }
}
