//! Who asks: somebody of every role, and those whom every role must not be mistaken for.

use hujifen::accounts::entity::{account, scope};
use hujifen::scope::Role;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::place::Where;
use super::row::UpTo;
use crate::support::town::{self, Person};
use crate::support::{Client, TestApp};

/// Somebody, signed in where he can be.
pub struct Caller {
    pub name: &'static str,
    /// What he is, while he is something.
    pub role: Option<Role>,
    pub id: Uuid,
    pub username: String,
    pub phone: Client,
    pub refresh_token: Option<String>,
    reach: &'static [Where],
}

impl Caller {
    /// Whether something there is his to read at all.
    pub fn reaches(&self, at: Where, up_to: UpTo) -> bool {
        let at = if at == Where::Gone { Where::OwnGrid } else { at };
        let above = match up_to {
            UpTo::OwnArea => &[][..],
            UpTo::Village => &[Where::SiblingGrid],
            UpTo::Town => &[Where::SiblingGrid, Where::SiblingVillage],
        };
        let beside = self.reach.contains(&Where::OwnGrid) && above.contains(&at);
        self.reach.contains(&at) || beside
    }
}

const GRID: &[Where] = &[Where::OwnGrid];
const VILLAGE: &[Where] = &[Where::OwnGrid, Where::SiblingGrid];
const TOWN: &[Where] = &[Where::OwnGrid, Where::SiblingGrid, Where::SiblingVillage];
const COUNTY: &[Where] = &[Where::OwnGrid, Where::SiblingGrid, Where::SiblingVillage, Where::OtherTown];

/// The rows of the table.
pub async fn callers(app: &TestApp) -> Vec<Caller> {
    let town = &app.town;
    let cadre_who = async |name: &str| town::person(&app.app, name, None, &[(Role::VillageCadre, &town.village)]).await;
    let (ended, disabled, fresh) = (cadre_who("ended").await, cadre_who("disabled").await, cadre_who("fresh").await);
    let mut callers = vec![Caller {
        name: "nobody",
        role: None,
        id: town.worker.id.0,
        username: town.worker.username.clone(),
        phone: app.stranger(),
        refresh_token: None,
        reach: &[],
    }];
    for (name, person, role, reach) in [
        ("county", &town.county_admin, Some(Role::CountyAdmin), COUNTY),
        ("town", &town.town_admin, Some(Role::TownAdmin), TOWN),
        ("cadre", &town.cadre, Some(Role::VillageCadre), VILLAGE),
        ("panel", &town.panel, Some(Role::PanelMember), VILLAGE),
        ("supervisor", &town.supervisor, Some(Role::Supervisor), VILLAGE),
        ("worker", &town.worker, Some(Role::GridWorker), GRID),
        ("cadre elsewhere", &town.far_cadre, Some(Role::VillageCadre), &[Where::OtherTown]),
        ("cadre no more", &ended, None, &[]),
        ("cadre stopped", &disabled, None, &[]),
        ("cadre, one-time password", &fresh, None, &[]),
    ] {
        let (token, refresh_token) = town::sign_in_to_stay(&app.app, person).await;
        let (phone, id, username) = (app.with_token(token), person.id.0, person.username.clone());
        callers.push(Caller { name, role, id, username, phone, refresh_token: Some(refresh_token), reach });
    }
    end(app, &ended).await;
    change(app, &disabled, |row| row.disabled_at = Set(Some(app.app.clock.now()))).await;
    change(app, &fresh, |row| row.must_change_password = Set(true)).await;
    app.app.forget_all();
    callers
}

async fn end(app: &TestApp, person: &Person) {
    let yesterday = "2026-11-22".parse().unwrap();
    app.app
        .write(async |tx| {
            let held = scope::Entity::find().filter(scope::Column::AccountId.eq(person.id)).one(tx).await?.unwrap();
            let row = scope::ActiveModel { id: Set(held.id), ends_on: Set(Some(yesterday)), ..Default::default() };
            Ok(row.update(tx).await?)
        })
        .await
        .unwrap();
}

async fn change(app: &TestApp, person: &Person, change: impl FnOnce(&mut account::ActiveModel)) {
    let mut row = account::ActiveModel { id: Set(person.id), ..Default::default() };
    change(&mut row);
    app.app.write(async |tx| Ok(row.update(tx).await?)).await.unwrap();
}
