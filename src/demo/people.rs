//! Who works with the book: the six accounts that are shown, and their like in the other villages.

use std::sync::Arc;

use super::places::{HOME, Village};
use super::{COUNTY, TOWN};
use crate::accounts::{FirstAccount, PersonName, Username, create_first};
use crate::areas::{Area, AreaName};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::households::{self, Household, Status};
use crate::ids::{ScopeId, SessionId};
use crate::scope::{Identity, ReadBook, Role, Scope};

/// The accounts that are shown: the name to sign in with, and whose it is.
pub const SHOWN: [(&str, &str); 6] = [
    ("county", "示范县 县管理员"),
    ("town", "示范镇 镇管理员"),
    ("cadre", "林家排村 村干部"),
    ("panel", "林家排村 评议员"),
    ("supervisor", "林家排村 村务监督委员会"),
    ("worker", "林家排村一组 网格员"),
];
/// Households that a grid lists at once: more than any grid has.
const LISTED_MAX: u64 = 10_000;
/// Not next-door neighbours.
const STEP: usize = 7;

/// The people of one village. No worker lives in the grid he works in.
pub struct Staff {
    /// 村干部
    pub cadre: Arc<Identity>,
    /// 评议员
    pub panel: [Arc<Identity>; 2],
    /// 网格员, one a grid.
    pub workers: Vec<Arc<Identity>>,
    /// The households of the grids.
    pub households: Vec<Vec<Household>>,
}

/// What makes accounts.
pub struct Office<'a> {
    /// Where.
    pub tx: &'a Tx,
    /// When.
    pub clock: &'a Clock,
    /// Everybody's password, hashed.
    pub hash: &'a str,
}

/// Somebody to be seated.
struct Seat<'a> {
    username: String,
    name: &'a str,
    role: Role,
    area: (&'a Area, &'a [&'a str]),
    household: Option<&'a Household>,
}

impl<'a> Seat<'a> {
    /// For the head of a household.
    fn of(username: String, role: Role, area: (&'a Area, &'a [&'a str]), home: &'a Household) -> Self {
        Self { username, name: &home.name, role, area, household: Some(home) }
    }
}

impl Office<'_> {
    /// The administrators of county and town.
    pub async fn administrators(&self, county: &Area, town: &Area) -> Result<[Arc<Identity>; 2]> {
        let seat = |username: &str, name, role, area| Seat {
            username: username.to_owned(),
            name,
            role,
            area,
            household: None,
        };
        let first = self.seat(seat("county", "县管理员", Role::CountyAdmin, (county, &[COUNTY]))).await?;
        let second = self.seat(seat("town", "镇管理员", Role::TownAdmin, (town, &[COUNTY, TOWN]))).await?;
        Ok([first, second])
    }

    /// The people of a village.
    pub async fn staff(&self, reader: &Arc<Identity>, village: &Village) -> Result<Staff> {
        let may = reader.may::<ReadBook>(self.clock.today())?;
        let mut households = Vec::new();
        for grid in &village.grids {
            households.push(households::list(self.tx, &may, Some(grid.id), None, LISTED_MAX).await?);
        }
        let mut homes = Homes::new(&households);
        let name = village.area.name.as_str();
        let called = |role: &str| {
            if name == HOME { role.to_owned() } else { format!("{}-{role}", village.initials.to_lowercase()) }
        };
        let last = village.grids.len() - 1;
        let names = [COUNTY, TOWN, name];
        let area = (&village.area, names.as_slice());
        let cadre = self.seat(Seat::of(called("cadre"), Role::VillageCadre, area, homes.next(last)?)).await?;
        let first = self.seat(Seat::of(called("panel"), Role::PanelMember, area, homes.next(last)?)).await?;
        let second = self.seat(Seat::of(called("panel2"), Role::PanelMember, area, homes.next(last)?)).await?;
        self.seat(Seat::of(called("supervisor"), Role::Supervisor, area, homes.next(last)?)).await?;
        let mut workers = Vec::new();
        for (at, grid) in village.grids.iter().enumerate() {
            let number = if at == 0 { String::new() } else { (at + 1).to_string() };
            let names = [COUNTY, TOWN, name, grid.name.as_str()];
            let home = homes.next((at + 1) % village.grids.len())?;
            let seat = Seat::of(called(&format!("worker{number}")), Role::GridWorker, (grid, &names), home);
            workers.push(self.seat(seat).await?);
        }
        Ok(Staff { cadre, panel: [first, second], workers, households })
    }

    async fn seat(&self, seat: Seat<'_>) -> Result<Arc<Identity>> {
        let (area, names) = seat.area;
        let new = FirstAccount {
            username: Username::parse(&seat.username)?,
            name: PersonName::parse(seat.name)?,
            household_id: seat.household.map(|household| household.id),
            role: seat.role,
            area: names.iter().map(|name| AreaName::parse(name)).collect::<Result<_>>()?,
            must_change_password: false,
        };
        let account = create_first(self.tx, self.clock, self.hash.to_owned(), new).await?;
        let scope = Scope {
            id: ScopeId(self.clock.new_id()),
            role: seat.role,
            area_id: area.id,
            path: area.path.clone(),
            begins_on: self.clock.today(),
            ends_on: None,
        };
        Ok(Arc::new(Identity {
            account_id: account.id,
            session_id: SessionId(self.clock.new_id()),
            username: account.username,
            name: account.name,
            household_id: account.household_id,
            must_change_password: false,
            scopes: vec![scope],
            expires_at: i64::MAX,
        }))
    }
}

/// The households that people who work with the book come from: each sends one.
struct Homes<'a> {
    households: &'a [Vec<Household>],
    sent: Vec<usize>,
}

impl<'a> Homes<'a> {
    fn new(households: &'a [Vec<Household>]) -> Self {
        Self { households, sent: vec![0; households.len()] }
    }

    fn next(&mut self, grid: usize) -> Result<&'a Household> {
        let mut resident = self.households[grid].iter().filter(|household| household.status == Status::Resident);
        let next = resident.nth(self.sent[grid]);
        self.sent[grid] += STEP;
        next.ok_or_else(|| Error::Internal("a grid without people".to_owned()))
    }
}
