//! A mountain village's table with every shape and option, from its file to points in the book.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{LUOYU, TOWN, import};
use crate::awards::award_id;
use crate::shapes::verified;
use crate::support::{Client, TestApp, both_engines, town};
use crate::warnings::warning_id;

const HARDER: &[u8] = include_bytes!("../../data/harder-table.csv");

/// Who records, who reviews, and the table in force.
struct Village<'a> {
    app: &'a TestApp,
    cadre: Client,
    panel: [Client; 2],
    rules: Value,
    household: String,
    given: u32,
}

impl<'a> Village<'a> {
    /// Brings a table of so many rules in, has it resolved and filed.
    async fn with(app: &'a TestApp, table: &[u8], rules: u64) -> Self {
        let (village, cadre) = (&app.town.village, app.signed_in(&app.town.cadre).await);
        let done = import(&cadre, "rules", village, table, &[]).await;
        let read = |report: &Value| (report["rows"].clone(), report["skipped"].clone(), report["problems"].clone());
        assert_eq!(read(&done), (json!(rules), json!(0), json!([])));
        let set = format!("/rule-sets/{}", done["rule_set_id"].as_str().unwrap());
        let resolution = town::resolution("2026-11-20", "2026-11-23");
        cadre.post(&format!("{set}/adopt"), resolution).await.expect(200);
        let town = app.signed_in(&app.town.town_admin).await;
        town.post(&format!("{set}/file"), json!({})).await.expect(200);
        let panel = [app.signed_in(&app.town.panel).await, app.signed_in(&app.town.other_panel).await];
        let rules = cadre.get("/rules").await.expect(200)["items"].clone();
        Self { app, cadre, panel, rules, household: app.town.households[0].to_string(), given: 0 }
    }

    async fn submit(&mut self, rule: &str, fields: Value) -> Value {
        self.given += 1;
        let rules = self.rules.as_array().unwrap();
        let rule = rules.iter().find(|one| one["name"] == rule).unwrap_or_else(|| panic!("no rule {rule}")).clone();
        let mut award = json!({"occurred_on": "2026-11-23", "note": "组长在场"});
        award.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let id = award_id(self.given);
        if !rule["warn_first"].is_null() {
            return self.warn_and_propose(&rule, id, award).await;
        }
        let of = json!({"id": id, "household_id": self.household, "rule_id": rule["id"]});
        award.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
        self.cadre.post("/awards", award).await.expect(201)
    }

    /// What wants a warning first is proposed from one, when its days are over.
    async fn warn_and_propose(&mut self, rule: &Value, id: Uuid, mut award: Value) -> Value {
        let warning = warning_id(1_000 + self.given);
        let said = json!({"id": warning, "household_id": self.household, "rule_id": rule["id"],
            "said_on": "2026-11-23", "note": "组长在场"});
        self.cadre.post("/warnings", said).await.expect(201);
        if rule["warn_first"] != "on_the_spot" {
            self.app.pass(4 * 24 * 60 * 60 * 1000);
            let town = &self.app.town;
            self.cadre = self.app.signed_in(&town.cadre).await;
            self.panel = [self.app.signed_in(&town.panel).await, self.app.signed_in(&town.other_panel).await];
        }
        award["award_id"] = json!(id);
        self.cadre.post(&format!("/warnings/{warning}/propose"), award).await.expect(201);
        self.cadre.get(&format!("/awards/{id}")).await.expect(200)
    }

    /// Submits a deed, has it reviewed until it counts, and says what it gave and what was cut off.
    async fn give(&mut self, rule: &str, fields: Value) -> (f64, f64) {
        let mut award = self.submit(rule, fields).await;
        for reviewer in &self.panel {
            if award["status"] != "posted" {
                let path = format!("/awards/{}/approve", award_id(self.given));
                award = reviewer.post(&path, json!({"reason": "看过照片和凭证"})).await.expect(200);
            }
        }
        assert_eq!(award["status"], "posted", "{award}");
        (award["points"].as_f64().unwrap(), award["clipped"].as_f64().unwrap())
    }
}

both_engines! {
    async fn a_harder_table_comes_in_is_resolved_and_filed_and_judges_as_people_reckon(app) {
        let mut village = Village::with(&app, HARDER, 32).await;
        let units = |quantity: f64| json!({"quantity": quantity});
        let degree = |degree: &str| json!({"degree": degree});

        // 4 hours reach 1 point, 30 reach 10: 3, then 5, then 35 hours in all.
        for (hours, points) in [(3.0, 0.0), (2.0, 1.0), (30.0, 9.0)] {
            assert_eq!(village.give("护林巡山", units(hours)).await, (points, 0.0), "{hours} hours");
        }
        // 1.5 each, six times a month.
        assert_eq!(village.give("河道水源巡查", units(4.0)).await, (6.0, 0.0));
        assert_eq!(village.give("河道水源巡查", units(4.0)).await, (3.0, 3.0));
        assert_eq!(village.give("照料独居老人", units(3.0)).await, (1.5, 0.0));

        // 2 a day and a person, three days a month: 2 x 2 x 4, then one day is left for three people.
        assert_eq!(village.give("修通组公路投工", json!({"quantity": 2, "people": 4})).await, (16.0, 0.0));
        assert_eq!(village.give("修通组公路投工", json!({"quantity": 2, "people": 3})).await, (6.0, 6.0));
        // All items of the category that count in 工 share eight of them a month: three are used.
        assert_eq!(village.give("清理塌方和边沟", units(4.0)).await, (12.0, 0.0));
        assert_eq!(village.give("水渠山塘清淤", units(5.0)).await, (4.0, 16.0));
        // Two items share thirty points a quarter.
        assert_eq!(village.give("帮缺劳力户抢收抢种", units(8.0)).await, (30.0, 2.0));
        assert_eq!(village.give("换工互助", units(1.0)).await, (0.0, 1.0));

        // 3000: ten for the first thousand, four for the rest; 25 a year.
        assert_eq!(village.give("为村里公益捐款", units(3000.0)).await, (14.0, 0.0));
        assert_eq!(village.give("为村里公益捐款", units(3000.0)).await, (11.0, 3.0));
        // 730: ten halves up to 500, two quarters above.
        assert_eq!(village.give("捐献木料石料", units(730.0)).await, (5.5, 0.0));

        assert_eq!(village.give("孝老爱亲受表彰", degree("县")).await, (20.0, 0.0));
        // Of one day's fire only the best counts.
        assert_eq!(village.give("山火后勤送水送饭", json!({})).await, (8.0, 0.0));
        assert_eq!(village.give("扑救山火", json!({})).await, (22.0, 8.0));

        // A repeat within the year counts twice.
        assert_eq!(village.give("林区野外用火", json!({})).await, (-10.0, 0.0));
        assert_eq!(village.give("林区野外用火", json!({})).await, (-20.0, 0.0));
        assert_eq!(village.give("炸鱼电鱼毒鱼", degree("造成死鱼")).await, (-20.0, 0.0));
        assert_eq!(village.give("炸鱼电鱼毒鱼", degree("未造成死鱼")).await, (-10.0, 0.0));

        // Three spots at 1.5 off ten; a second round of the month does not count.
        assert_eq!(village.give("房前屋后整洁", units(3.0)).await, (5.5, 0.0));
        assert_eq!(village.give("房前屋后整洁", units(0.0)).await, (0.0, 10.0));
        assert_eq!(village.give("灶屋和厕所干净", units(2.0)).await, (5.0, 0.0));
        assert_eq!(village.give("参与赌博被处罚", json!({})).await, (0.0, 0.0));
        verified(&app).await;
        let points: f64 = [10.0, 9.0, 1.5, 22.0, 16.0, 30.0, 25.0, 5.5, 20.0, 30.0, -30.0, -30.0, 5.5, 5.0].iter().sum();
        let household = village.cadre.get(&format!("/households/{}", village.household)).await.expect(200);
        assert_eq!(household["balances"]["honour"].as_f64(), Some(points));
        assert_eq!(household["balances"]["pending"].as_f64(), Some(points - 5.5 - 5.0), "rounds are not redeemable");
    }

    async fn what_the_harder_table_does_not_let_be_recorded_is_refused_and_what_is_late_waits(app) {
        let mut village = Village::with(&app, HARDER, 32).await;
        let base = village.rules.as_array().unwrap()[0]["id"].clone();
        let award = json!({"id": award_id(90), "household_id": village.household, "rule_id": base, "occurred_on": "2026-11-23"});
        assert_eq!(village.cadre.post("/awards", award).await.code(), "rule_not_recorded");
        assert_eq!(village.submit("护林巡山", json!({"quantity": 4})).await["status"], "posted");
        app.pass(16 * 24 * 60 * 60 * 1000);
        village.cadre = app.signed_in(&app.town.cadre).await;
        assert_eq!(village.submit("护林巡山", json!({"quantity": 6})).await["status"], "submitted", "fifteen days are over");
        assert_eq!(village.submit("参加户主会", json!({})).await["status"], "posted", "it knows no deadline");
    }

    /// Each rule that people record judges one deed: what it gives is reckoned from the table's own cells.
    async fn both_tables_at_hand_are_adopted_and_every_rule_of_them_judges(app) {
        for (table, rules, first) in [(LUOYU, 28, 1), (TOWN, 16, 101)] {
            let mut village = Village::with(&app, table, rules).await;
            village.given = first - 1;
            let mut given = 0;
            for rule in village.rules.as_array().unwrap().clone() {
                let name = rule["name"].as_str().unwrap();
                let (fields, points) = match rule["kind"].as_str().unwrap() {
                    "base" | "top_share" => continue,
                    "inspection" => (json!({"quantity": 0}), rule["points"].as_f64().unwrap()),
                    "degrees" => {
                        let degree = &rule["degrees"][0];
                        (json!({"degree": degree["name"]}), degree["points"].as_f64().unwrap())
                    }
                    "deduction" => (json!({}), -rule["points"].as_f64().unwrap()),
                    "addition" => (json!({}), rule["points"].as_f64().unwrap()),
                    other => panic!("{name} is a {other}"),
                };
                assert_eq!(village.give(name, fields).await, (points, 0.0), "{name}");
                given += 1;
            }
            assert!(given + 2 >= rules, "{given} of {rules}");
            verified(&app).await;
        }
    }
}
