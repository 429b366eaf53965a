//! A small county for tests: two towns, three villages, a handful of households, and people in every role.

use chrono::NaiveDate;
use hujifen::accounts;
use hujifen::accounts::entity::{account, scope};
use hujifen::app::App;
use hujifen::areas::{self, Area, AreaName};
use hujifen::households::{self, Draft, NewHousehold};
use hujifen::hundredths::Hundredths;
use hujifen::ids::{AccountId, AreaId, HouseholdId, RuleId, RuleSetId, ScopeId};
use hujifen::rules::adoption::{Resolution, adopt};
use hujifen::rules::terms::{Cap, NewRule, Proof, Review, Shape, Terms, Window};
use hujifen::rules::{self, filing};
use hujifen::scope::{AdoptRules, FileRules, Identity, May, Role, Scope, Verb};
use sea_orm::ActiveModelTrait as _;
use sea_orm::ActiveValue::Set;
use std::sync::Arc;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse";

/// Somebody with an account.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: AccountId,
    pub username: String,
}

/// What is there. The first village has two grids; the second is its sibling; the third lies in
/// another town.
pub struct Town {
    pub county: Area,
    pub town: Area,
    pub other_town: Area,
    pub village: Area,
    pub sibling: Area,
    pub far: Area,
    pub grids: Vec<Area>,
    /// Of the first village: five in grid one, three in grid two.
    pub households: Vec<HouseholdId>,
    /// One household of the sibling village and one of the far one.
    pub sibling_household: HouseholdId,
    pub far_household: HouseholdId,
    /// Rules in force in all villages, by name.
    pub rules: Vec<(String, RuleId)>,
    pub worker: Person,
    pub other_worker: Person,
    pub cadre: Person,
    pub panel: Person,
    pub other_panel: Person,
    pub supervisor: Person,
    pub town_admin: Person,
    pub county_admin: Person,
    pub far_cadre: Person,
    pub far_town_admin: Person,
}

impl Town {
    /// A rule by its name.
    pub fn rule(&self, name: &str) -> RuleId {
        self.rules.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no rule {name}")).1
    }
}

/// First day of the rules and of everybody's scope.
pub fn begin() -> NaiveDate {
    "2026-01-01".parse().unwrap()
}

/// The rules that all villages of the town have.
pub fn table() -> Vec<NewRule> {
    let rule = |name: &str, shape, unit: &str, cap, review| NewRule {
        category: "公益活动".into(),
        name: name.into(),
        terms: Terms { shape, unit: unit.into(), cap, proofs: vec![Proof::None], review, ..Terms::default() },
    };
    let add = |points| Shape::Addition { points: Hundredths(points) };
    let cap = |units, window| Some(Cap { units: Hundredths::whole(units), window });
    let mut base = rule("积极参选", add(200), "次", None, Review::None);
    base.terms.redeemable = false;
    let mut photo = rule("维修水渠", add(800), "次", cap(4, Window::Month), Review::Assembly);
    photo.terms.proofs = vec![Proof::Photo];
    vec![
        rule("参加清扫", add(500), "人次", cap(4, Window::Month), Review::None),
        rule("志愿服务", add(150), "小时", cap(20, Window::Month), Review::None),
        rule("提出建议", add(500), "条", None, Review::Assembly),
        rule("见义勇为", add(5000), "次", None, Review::Double),
        rule("乱倒垃圾", Shape::Deduction { points: Hundredths(200) }, "处", None, Review::Assembly),
        rule(
            "门前整洁",
            Shape::Inspection { full_marks: Hundredths(1000), points_per_spot: Hundredths(200) },
            "月",
            cap(1, Window::Month),
            Review::None,
        ),
        base,
        photo,
    ]
}

/// Builds it.
pub async fn build(app: &App) -> Town {
    let county = area(app, None, "示范县").await;
    let town = area(app, Some(&county), "示范镇").await;
    let other_town = area(app, Some(&county), "邻镇").await;
    let village = area(app, Some(&town), "林家排村").await;
    let sibling = area(app, Some(&town), "满塘村").await;
    let far = area(app, Some(&other_town), "远村").await;
    let mut grids = Vec::new();
    for name in ["一组", "二组"] {
        grids.push(area(app, Some(&village), name).await);
    }
    let sibling_grid = area(app, Some(&sibling), "一组").await;
    let far_grid = area(app, Some(&far), "一组").await;

    let mut home = Homes { app, number: 0 };
    let mut at_home = Vec::new();
    for name in ["陈建桂", "李木生", "王凤云", "邝德福", "欧阳秀英"] {
        at_home.push(home.household(&village, &grids[0], "LJP", name).await);
    }
    for name in ["曾满春", "谭正军", "罗小红"] {
        at_home.push(home.household(&village, &grids[1], "LJP", name).await);
    }
    let sibling_household = home.household(&sibling, &sibling_grid, "MT", "彭友").await;
    let far_household = home.household(&far, &far_grid, "YC", "蒋春").await;

    let county_admin = person(app, "county", None, &[(Role::CountyAdmin, &county)]).await;
    let town_admin = person(app, "town", None, &[(Role::TownAdmin, &town)]).await;
    // The last households of the village are those of its people.
    let cadre = person(app, "cadre", Some(at_home[7]), &[(Role::VillageCadre, &village)]).await;
    let panel = person(app, "panel", Some(at_home[6]), &[(Role::PanelMember, &village)]).await;
    let other_panel = person(app, "panel2", None, &[(Role::PanelMember, &village)]).await;
    let supervisor = person(app, "supervisor", None, &[(Role::Supervisor, &village)]).await;
    let worker = person(app, "worker", Some(at_home[4]), &[(Role::GridWorker, &grids[0])]).await;
    let other_worker = person(app, "worker2", None, &[(Role::GridWorker, &grids[1])]).await;
    let far_town_admin = person(app, "far-town", None, &[(Role::TownAdmin, &other_town)]).await;
    let far_cadre = person(app, "far", None, &[(Role::VillageCadre, &far)]).await;

    let mut rule_set = None;
    for one in [&village, &sibling, &far] {
        let set = adopt_table(app, one, cadre.id, table(), begin()).await;
        rule_set = rule_set.or(Some(set));
    }
    let rule_set = rule_set.unwrap();
    let rules = rules::rules_of(app.db.read(), rule_set).await.unwrap();
    Town {
        rules: rules.into_iter().map(|rule| (rule.name, rule.id)).collect(),
        county,
        town,
        other_town,
        village,
        sibling,
        far,
        grids,
        households: at_home,
        sibling_household,
        far_household,
        worker,
        other_worker,
        cadre,
        panel,
        other_panel,
        supervisor,
        town_admin,
        county_admin,
        far_cadre,
        far_town_admin,
    }
}

async fn area(app: &App, parent: Option<&Area>, name: &str) -> Area {
    let name = AreaName::parse(name).unwrap();
    app.write(async |tx| areas::insert(tx, &app.clock, parent, name).await).await.unwrap()
}

struct Homes<'a> {
    app: &'a App,
    number: u32,
}

impl Homes<'_> {
    async fn household(&mut self, village: &Area, grid: &Area, prefix: &str, name: &str) -> HouseholdId {
        self.number += 1;
        let draft = Draft {
            grid_id: Some(grid.id),
            code: Some(format!("{prefix}{:04}", self.number)),
            name: Some(name.into()),
            size: Some(4),
            door: Some(self.number.to_string()),
            ..Draft::default()
        };
        let (app, may, new) =
            (self.app, may(self.app, village, AccountId(village.id.0), Role::VillageCadre), NewHousehold::parse(draft));
        let made = app.write(async |tx| households::create(tx, &app.clock, &app.keys, &may, new?).await).await;
        made.unwrap().id
    }
}

/// Makes an account with its scopes.
pub async fn person(app: &App, username: &str, household: Option<HouseholdId>, scopes: &[(Role, &Area)]) -> Person {
    let id = AccountId(app.clock.new_id());
    app.write(async |tx| {
        let row = account::ActiveModel {
            id: Set(id),
            username: Set(username.into()),
            name: Set(format!("{username}某")),
            password_hash: Set(password_hash()),
            must_change_password: Set(false),
            household_id: Set(household),
            disabled_at: Set(None),
            created_at: Set(app.clock.now()),
        };
        row.insert(tx).await?;
        for (role, area) in scopes {
            let row = scope::ActiveModel {
                id: Set(ScopeId(app.clock.new_id())),
                account_id: Set(id),
                role: Set(*role),
                area_id: Set(area.id),
                begins_on: Set(begin()),
                ends_on: Set(None),
                created_at: Set(app.clock.now()),
            };
            row.insert(tx).await?;
        }
        Ok(())
    })
    .await
    .unwrap();
    Person { id, username: username.into() }
}

/// The hash of [`PASSWORD`], made once: hashing is slow on purpose.
fn password_hash() -> String {
    static HASH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    HASH.get_or_init(|| {
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let clock = hujifen::clock::Clock::new(|| 0, |bytes| bytes.fill(5));
            let password = accounts::NewPassword::parse("password", PASSWORD).unwrap();
            runtime.block_on(accounts::Hashing::default().hash(&clock, password)).unwrap()
        })
        .join()
        .unwrap()
    })
    .clone()
}

/// Brings a table into force in a village.
pub async fn adopt_table(app: &App, village: &Area, by: AccountId, table: Vec<NewRule>, from: NaiveDate) -> RuleSetId {
    let day = app.clock.under(move || hujifen::clock::day_begins(from));
    let adopting: May<AdoptRules> = may(app, village, by, Role::VillageCadre);
    let above = areas::of_found_rows(app.db.read(), village.parent_id).await.unwrap().into_values().next().unwrap();
    let filing: May<FileRules> = may(app, &above, by, Role::TownAdmin);
    let resolution = |revision| Resolution {
        revision,
        resolved_on: from,
        in_force_from: from,
        attendance: 40,
        votes_for: 38,
        votes_against: 1,
        votes_abstained: 1,
        minutes: "户代表举手表决。".into(),
        noticed_from: from,
        noticed_until: from,
    };
    app.write(async |tx| {
        let set = rules::bring_in(tx, &day, by, village, table).await?.rule_set_id;
        let revision = rules::find(tx, &adopting, set).await?.0.revision;
        adopt(tx, &day, &adopting, set, resolution(revision)).await?;
        filing::file(tx, &day, &filing, set, None).await?;
        Ok(set)
    })
    .await
    .unwrap()
}

/// A resolution of forty people on the first revision of a draft, as JSON.
pub fn resolution(resolved_on: &str, in_force_from: &str) -> serde_json::Value {
    serde_json::json!({
        "revision": 1, "resolved_on": resolved_on, "in_force_from": in_force_from,
        "attendance": 40, "votes_for": 38, "votes_against": 1, "votes_abstained": 1,
        "minutes": "户代表举手表决。", "noticed_from": resolved_on, "noticed_until": resolved_on,
    })
}

/// A table that waits for its resolution, or for being issued.
pub async fn draft(app: &App, area: &Area, by: AccountId) -> RuleSetId {
    let mut table = table();
    table[0].name = "清扫村道".into();
    let brought = app.write(async |tx| rules::bring_in(tx, &app.clock, by, area, table).await).await.unwrap();
    assert!(brought.created > 0, "{brought:?}");
    brought.rule_set_id
}

/// What somebody may with a role over an area.
pub fn may<V: Verb>(app: &App, village: &Area, by: AccountId, role: Role) -> May<V> {
    let scope = Scope {
        id: ScopeId(app.clock.new_id()),
        role,
        area_id: AreaId(village.id.0),
        path: village.path.clone(),
        begins_on: begin(),
        ends_on: None,
    };
    let identity = Identity {
        account_id: by,
        session_id: hujifen::ids::SessionId(app.clock.new_id()),
        username: "cadre".into(),
        name: "村干部".into(),
        household_id: None,
        must_change_password: false,
        scopes: vec![scope],
        expires_at: i64::MAX,
    };
    Arc::new(identity).may(app.clock.today()).unwrap()
}

/// A sign-in without the hashing: the access token.
pub async fn sign_in(app: &App, person: &Person) -> String {
    sign_in_to_stay(app, person).await.0
}

/// A sign-in without the hashing: access token and refresh token.
pub async fn sign_in_to_stay(app: &App, person: &Person) -> (String, String) {
    let candidate = accounts::sessions::candidate(app.db.read(), &person.username).await.unwrap().unwrap();
    let begun =
        app.write(async |tx| accounts::sessions::begin(tx, &app.clock, &app.tokens, &candidate).await).await.unwrap();
    (app.tokens.issue(begun.account_id, begun.session_id, app.clock.now()).unwrap(), begun.refresh_token)
}
