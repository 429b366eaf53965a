//! Who may bring in what, and forms and files that are refused before anything is read.

use std::io::Write as _;
use std::time::Instant;

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use super::{CLEAN, stored};
use crate::support::client::Answer;
use crate::support::{Client, both_engines};

const PATH: &str = "/imports/households";

/// The first field problem: field and code.
fn fault(answer: &Answer) -> (u16, String, String, String) {
    let (code, problem) = (answer.code(), answer.json());
    let text = |name: &str| problem["errors"][0][name].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), code, text("field"), text("code"))
}

fn is(answer: &Answer, status: u16, code: &str, field: &str, reason: &str) {
    assert_eq!(fault(answer), (status, code.to_owned(), field.to_owned(), reason.to_owned()));
}

async fn file(client: &Client, area: &str, bytes: &[u8]) -> Answer {
    client.upload(PATH, &[("area_id", area.as_bytes()), ("file", bytes)]).await
}

/// A workbook whose only sheet is `mebibytes` of white space: a thousandth of that when packed.
fn bomb(mebibytes: usize) -> Vec<u8> {
    let mut package = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let root =
        r#"<Relationships><Relationship Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    for (name, text) in [("_rels/.rels", root), ("xl/workbook.xml", "<workbook/>"), ("xl/worksheets/sheet1.xml", "")] {
        package.start_file(name, options).unwrap();
        package.write_all(text.as_bytes()).unwrap();
    }
    let spaces = vec![b' '; 1024 * 1024];
    for _ in 0..mebibytes {
        package.write_all(&spaces).unwrap();
    }
    package.finish().unwrap().into_inner()
}

both_engines! {
    async fn only_those_who_answer_for_a_village_bring_tables_in(app) {
        let (town, village) = (&app.town, app.town.village.id.to_string());
        for (person, area, status, code) in [
            (&town.worker, village.clone(), 403, "forbidden"),
            (&town.panel, village.clone(), 403, "forbidden"),
            (&town.supervisor, village.clone(), 403, "forbidden"),
            (&town.far_cadre, village.clone(), 404, "not_found"),
            (&town.cadre, town.sibling.id.to_string(), 404, "not_found"),
            (&town.cadre, town.grids[0].id.to_string(), 404, "not_found"),
            (&town.town_admin, town.other_town.id.to_string(), 404, "not_found"),
            (&town.town_admin, town.far.id.to_string(), 404, "not_found"),
            (&town.county_admin, "00000000-0000-7000-8000-000000000000".to_owned(), 404, "not_found"),
        ] {
            let client = app.signed_in(person).await;
            for path in [PATH, "/imports/rules"] {
                let answer = client.upload(path, &[("area_id", area.as_bytes()), ("file", CLEAN)]).await;
                assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{} {path}", person.username);
            }
        }
        let town_admin = app.signed_in(&town.town_admin).await;
        assert_eq!(file(&town_admin, &town.town.id.to_string(), CLEAN).await.code(), "not_found", "households live in villages");
        assert_eq!(file(&app.stranger(), &village, CLEAN).await.code(), "signed_out");
        assert_eq!(stored(&app, &town.village).await.len(), 8);
        for person in [&town.town_admin, &town.county_admin] {
            let client = app.signed_in(person).await;
            let fields = [("dry_run", &b"true"[..]), ("area_id", village.as_bytes()), ("create_grids", b"true"), ("file", CLEAN)];
            assert_eq!(client.upload(PATH, &fields).await.expect(200)["created"], 304);
        }
    }

    async fn a_form_must_be_whole_and_no_more(app) {
        let (cadre, village) = (app.signed_in(&app.town.cadre).await, app.town.village.id.to_string());
        let (area, table) = (("area_id", village.as_bytes()), ("file", CLEAN));
        is(&cadre.upload(PATH, &[]).await, 422, "invalid", "area_id", "missing");
        is(&cadre.upload(PATH, &[area]).await, 422, "invalid", "file", "missing");
        is(&cadre.upload(PATH, &[table, ("area_id", b"x")]).await, 422, "invalid", "area_id", "wrong_type");
        is(&cadre.upload(PATH, &[area, table, area]).await, 422, "invalid", "area_id", "repeated");
        is(&cadre.upload(PATH, &[area, table, table]).await, 422, "invalid", "file", "repeated");
        is(&cadre.upload(PATH, &[area, table, ("dry_run", b"yes")]).await, 422, "invalid", "dry_run", "wrong_type");
        is(&cadre.upload(PATH, &[area, table, ("dryrun", b"true")]).await, 422, "invalid", "dryrun", "unknown_field");
        is(&cadre.upload("/imports/rules", &[area, ("create_grids", b"true")]).await, 422, "invalid", "create_grids", "unknown_field");
        is(&cadre.post(PATH, json!({"area_id": village})).await, 415, "wrong_content_type", "", "");
        let cut = cadre.request(Method::POST, PATH).header("content-type", "multipart/form-data; boundary=b");
        let cut = cut.body(Body::from("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhalf")).unwrap();
        is(&cadre.send(cut).await, 400, "malformed", "", "");
        assert_eq!(stored(&app, &app.town.village).await.len(), 8);
    }

    async fn a_file_that_is_no_table_is_refused_with_its_reason(app) {
        let (cadre, village) = (app.signed_in(&app.town.cadre).await, app.town.village.id.to_string());
        for (bytes, reason) in [
            (&b""[..], "file_empty"),
            (b"%PDF-1.7 and so on", "file_not_a_table"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "file_old_format"),
            (b"PK\x03\x04 and then nothing", "file_damaged"),
            (b"a,b,c\n1,\xff,3", "file_wrong_letters"),
        ] {
            is(&file(&cadre, &village, bytes).await, 422, "invalid", "file", reason);
        }
        let other = cadre.upload("/imports/households", &[("area_id", village.as_bytes()), ("file", b"a,b,c\n1,2,3")]).await.expect(200);
        assert_eq!((&other["rows"], &other["problems"][0]["code"]), (&json!(0), &json!("header_missing")));
    }

    /// Mutation: leave the limit of the routes at that of JSON, or without any.
    async fn a_file_beyond_ten_megabytes_is_refused_and_one_below_is_read(app) {
        let (cadre, village) = (app.signed_in(&app.town.cadre).await, app.town.village.id.to_string());
        for size in [12 << 20, (10 << 20) + 1] {
            is(&file(&cadre, &village, &vec![b'a'; size]).await, 413, "too_large", "file", "file_too_large");
        }
        is(&file(&cadre, &village, &vec![b'a'; 10 << 20]).await, 422, "invalid", "file", "cell_too_long");
        let json = cadre.post("/awards/batch", json!({"awards": ["a".repeat(2 << 20)]})).await;
        assert_eq!(json.status.as_u16(), 413);
    }
}

/// T20. The time stands beside that of reading an honest file on the same machine, so that a slow
/// machine does not fail. Mutation: without `package::check` the reader unpacks it all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bomb_is_refused_as_quickly_as_a_roster_is_read() {
    let app = crate::support::TestApp::on_sqlite().await;
    let (cadre, village) = (app.signed_in(&app.town.cadre).await, app.town.village.id.to_string());
    let bomb = bomb(256);
    assert!(bomb.len() < 300 << 10, "{}", bomb.len());
    let begun = Instant::now();
    file(&cadre, &village, CLEAN).await.expect(200);
    let honest = begun.elapsed();
    let begun = Instant::now();
    is(&file(&cadre, &village, &bomb).await, 422, "invalid", "file", "file_swollen");
    assert!(begun.elapsed() < honest * 10, "{:?} against {honest:?}", begun.elapsed());
}
