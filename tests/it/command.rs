//! The command line on a book of its own: imports beside an open book, and reading it all again.

use std::path::Path;
use std::process::{Command, Output};

use hujifen::accounts;
use hujifen::app::{self, App};
use hujifen::areas::{self, AreaName};
use hujifen::auth::Cookies;
use hujifen::clock::Clock;
use hujifen::db::Db;
use hujifen::evidence::Album;
use hujifen::ids::AccountId;
use hujifen::keys::Keys;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use crate::support::Client;
use crate::support::town::{Person, sign_in};

const VILLAGES: [&str; 2] = ["示范县/示范镇/林家排村", "示范县/示范镇/满塘村"];

/// A data folder with two villages and a cadre for each, and the book open in this process as well.
struct Book {
    folder: tempfile::TempDir,
    app: App,
}

impl Book {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let db = Db::open(&format!("sqlite://{}", folder.path().join("hujifen.db").display())).await.unwrap();
        let keys = Keys::open(&folder.path().join("keys"), &clock).unwrap();
        let app = App::new(db, clock, keys, Album::of(folder.path()), Cookies::Fenced);
        app.write(async |tx| {
            let name = |text| AreaName::parse(text).unwrap();
            let county = areas::insert(tx, &app.clock, None, name("示范县")).await?;
            let town = areas::insert(tx, &app.clock, Some(&county), name("示范镇")).await?;
            for village in ["林家排村", "满塘村"] {
                areas::insert(tx, &app.clock, Some(&town), name(village)).await?;
            }
            Ok(())
        })
        .await
        .unwrap();
        let book = Self { folder, app };
        for (username, village) in ["cadre", "clerk"].into_iter().zip(VILLAGES) {
            let role = ["--role", "village_cadre", "--area", village];
            book.run(&[&["account", "create", "--username", username, "--name", "村干部"][..], &role].concat(), 0);
        }
        let town = ["--name", "镇管理员", "--role", "town_admin", "--area", "示范县/示范镇"];
        book.run(&[&["account", "create", "--username", "town"][..], &town].concat(), 0);
        book
    }

    /// Runs the program on this book and hands over what it printed.
    #[track_caller]
    fn run(&self, arguments: &[&str], code: i32) -> String {
        let output = hujifen(self.folder.path(), arguments);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        said
    }

    fn tamper(&self, sql: &str) {
        let db = rusqlite::Connection::open(self.folder.path().join("hujifen.db")).unwrap();
        db.execute_batch(sql).unwrap();
    }
}

fn hujifen(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hujifen"));
    command.env_clear().env("HUJIFEN_DATA_DIR", folder).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args(arguments).output().unwrap()
}

fn roster<'a>(area: &'a str, by: &'a str, file: &'a str, flags: &[&'a str]) -> Vec<&'a str> {
    [&["import", "households", "--area", area, "--as", by, file][..], flags].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_rosters_and_a_table_come_in_beside_an_open_book_which_then_verifies_until_it_is_changed() {
    let book = Book::new().await;
    let [linjiapai, mantang] = VILLAGES;
    let (clean, as_kept) = ("tests/data/linjiapai.xlsx", "tests/data/mantang-as-kept.xlsx");
    let tried = book.run(&roster(linjiapai, "cadre", clean, &["--create-grids", "--dry-run"]), 0);
    assert!(tried.contains("新增 312") && tried.contains("什么都没有写"), "{tried}");
    let done = book.run(&roster(linjiapai, "cadre", clean, &["--create-grids"]), 0);
    assert!(done.contains("新增 312") && !done.contains("什么都没有写"), "{done}");
    let again = book.run(&roster(linjiapai, "cadre", clean, &[]), 0);
    assert!(again.contains("没有变化 312"), "{again}");

    let refused = book.run(&roster(mantang, "clerk", as_kept, &["--create-grids"]), 1);
    assert!(refused.contains("第 43 行 C 列(户编号)") && refused.contains("没有导入 268"), "{refused}");
    let some = book.run(&roster(mantang, "clerk", as_kept, &["--create-grids", "--skip-invalid"]), 0);
    assert!(
        some.contains("新增 262") && some.contains("[没有导入的列] 身份证号码") && !some.contains("431022"),
        "{some}"
    );

    let panel =
        ["account", "create", "--username", "panel", "--name", "评议员", "--role", "panel_member", "--area", linjiapai];
    assert!(book.run(&[&panel[..], &["--household", "LJP9999"]].concat(), 1).contains("没有户编号 LJP9999"));
    book.run(&[&panel[..], &["--household", "ljp0012"]].concat(), 0);
    let own = accounts::entity::account::Entity::find().filter(accounts::entity::account::Column::Username.eq("panel"));
    assert!(own.one(book.app.db.read()).await.unwrap().unwrap().household_id.is_some());

    let today = book.app.clock.today().to_string();
    let votes = ["--attendance", "40", "--for", "38", "--against", "1", "--abstained", "1"];
    let minutes = book.folder.path().join("minutes.txt");
    std::fs::write(&minutes, "户代表举手表决。").unwrap();
    let minutes = minutes.to_str().unwrap();
    let notice = ["--minutes", minutes, "--noticed-from", &today, "--noticed-until", &today, "--filed-by", "town"];
    let adopt = [&["--adopt", "--resolved-on", &today, "--in-force-from", &today][..], &votes, &notice].concat();
    let rules = ["import", "rules", "--area", linjiapai, "--as", "cadre", "tests/data/luoyu.csv"];
    let tried = book.run(&[&rules[..], &adopt, &["--dry-run"]].concat(), 0);
    assert!(tried.contains("新增 28") && !tried.contains("起生效"), "{tried}");
    let done = book.run(&[&rules[..], &adopt].concat(), 0);
    assert!(done.contains("新增 28") && done.contains(&format!("细则从 {today} 起生效")), "{done}");
    assert!(book.run(&rules, 0).contains("没有变化 28"));
    let template = ["import", "rules", "--area", mantang, "--as", "clerk", "tests/data/town-template.csv"];
    assert!(book.run(&template, 0).contains("新增 16"));

    // The process that has the book open sees it all.
    let person = Person { id: AccountId(uuid::Uuid::nil()), username: "cadre".to_owned() };
    let token = sign_in(&book.app, &person).await;
    book.app
        .write(async |tx| {
            use sea_orm::ConnectionTrait as _;
            Ok(tx.execute_unprepared("UPDATE accounts SET must_change_password = FALSE").await?)
        })
        .await
        .unwrap();
    let cadre = Client::new(app::router(book.app.clone()), Some(token));
    let household = cadre.get("/households?q=LJP0001").await.expect(200)["items"][0]["id"].clone();
    let rules = cadre.get("/rules").await.expect(200);
    let sport = rules["items"].as_array().unwrap().iter().find(|rule| rule["name"] == "参加体育活动").unwrap();
    let award =
        json!({"id": book.app.clock.new_id(), "household_id": household, "rule_id": sport["id"], "occurred_on": today});
    cadre.post("/awards", award).await.expect(201);

    let paper = book.folder.path().join("月表.csv");
    let lines = format!("户编号,参加体育活动,电话\n日期,{today},\nLJP0001,√,\nLJP0002,√,13274429896\n");
    std::fs::write(&paper, lines).unwrap();
    let paper = ["import", "awards", "--area", linjiapai, "--as", "cadre", paper.to_str().unwrap()];
    let tried = book.run(&[&paper[..], &["--dry-run", "--skip-alike"]].concat(), 0);
    assert!(tried.contains("表里 2 条，新增 1") && tried.contains("recorded_alike"), "{tried}");
    let done = book.run(&[&paper[..], &["--skip-alike"]].concat(), 0);
    assert!(done.contains("新增 1") && done.contains("[没有导入的列] 电话"), "{done}");
    assert!(book.run(&[&paper[..], &["--skip-alike"]].concat(), 0).contains("没有变化 1"));

    let verified = book.run(&["verify"], 0);
    assert!(verified.contains("读了 1 个村的账：") && verified.contains("没有发现被改过的地方"), "{verified}");
    assert!(verified.contains("看不出来") && verified.contains("锚点"), "{verified}");
    book.tamper("UPDATE awards SET note = '改了'");
    let lied = book.run(&["verify"], 1);
    assert!(lied.contains("账不对") && lied.contains("原话") && lied.contains("锚点"), "{lied}");
    book.tamper(
        "UPDATE awards SET note = NULL; DROP TRIGGER entries_no_update; UPDATE entries SET points = points + 100",
    );
    let lied = book.run(&["verify"], 1);
    assert!(lied.contains("第 1 条") && lied.contains("对不上"), "{lied}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_cannot_be_carried_out_says_why_and_fails() {
    let book = Book::new().await;
    let [linjiapai, mantang] = VILLAGES;
    let clean = "tests/data/linjiapai.xlsx";
    for (arguments, why) in [
        (roster(mantang, "cadre", clean, &[]), "不归 cadre 管"),
        (roster("示范县/示范镇", "cadre", clean, &[]), "不归 cadre 管"),
        (roster("示范县/没有的镇", "cadre", clean, &[]), "不归 cadre 管"),
        (roster(linjiapai, "nobody", clean, &[]), "没有 nobody 这个账号"),
        (roster(linjiapai, "cadre", "tests/data/none.xlsx", &[]), "读不了"),
        (roster(linjiapai, "cadre", "Cargo.toml", &[]), "表头"),
    ] {
        let said = book.run(&arguments, 1);
        assert!(said.contains(why), "{arguments:?}: {said}");
    }
    let half = ["import", "rules", "--area", linjiapai, "--as", "cadre", "tests/data/luoyu.csv", "--adopt"];
    assert!(book.run(&half, 2).contains("--resolved-on"));
    let nowhere = tempfile::tempdir().unwrap();
    let output = hujifen(nowhere.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("没有找到账本的密钥"));
    assert!(!nowhere.path().join("keys").exists());
}
