//! Photos: what comes in, what is kept of it, who sees it, and what is no photo at all.

use std::io::Cursor;

use hujifen::evidence::{self, PHOTOS_A_DAY_MAX, entity};
use hujifen::ids::{AccountId, AreaId, EvidenceId};
use image::{DynamicImage, ImageFormat, RgbImage};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::awards::award_id;
use crate::support::app::NOW;
use crate::support::client::Answer;
use crate::support::{Client, TestApp, both_engines};

/// A day, in milliseconds.
const DAY: i64 = 24 * 3600 * 1000;

pub fn photo_id(number: u32) -> Uuid {
    let mut random = [7; 10];
    random[6..].copy_from_slice(&number.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(NOW.unsigned_abs(), &random).into_uuid()
}

/// A picture that no other size has.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    written(width, height, ImageFormat::Jpeg)
}

fn written(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let paint = |x: u32, y: u32| image::Rgb([(x % 251) as u8, (y % 241) as u8, (width % 239) as u8]);
    let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, paint));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// With what a phone writes beside it: turned by a quarter, and where it was taken.
fn from_a_phone(width: u32, height: u32) -> Vec<u8> {
    let mut tiff = b"MM\x00\x2a\x00\x00\x00\x08\x00\x02".to_vec();
    tiff.extend(b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00");
    tiff.extend(b"\x01\x0f\x00\x02\x00\x00\x00\x10\x00\x00\x00\x26\x00\x00\x00\x00");
    tiff.extend(b"GPS 29.65N 91.1E");
    let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
    let plain = picture(width, height);
    [&plain[..2], b"\xff\xe1", &length, b"Exif\0\0", &tiff, &plain[2..]].concat()
}

/// The checksum of a PNG's parts (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    let byte = |sum: u32, byte: &u8| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum));
    !bytes.iter().fold(u32::MAX, byte)
}

pub async fn upload(client: &Client, id: Uuid, area: Uuid, file: &[u8]) -> Answer {
    let (id, area) = (id.to_string(), area.to_string());
    client.upload("/evidence", &[("id", id.as_bytes()), ("area_id", area.as_bytes()), ("file", file)]).await
}

fn shows(app: &TestApp, number: u32, rule: &str, photos: &[Uuid]) -> Value {
    json!({"id": award_id(number), "household_id": app.town.households[0], "rule_id": app.town.rule(rule),
        "occurred_on": "2026-11-23", "evidence": photos})
}

async fn lies(app: &TestApp) -> Option<String> {
    let db = app.app.db.read();
    let awards = hujifen::awards::verify::verify(db).await.unwrap().err();
    let photos = evidence::verify::verify(db, db, &app.app.album).await.unwrap().err();
    awards.or(photos).map(|lie| lie.what)
}

both_engines! {
    /// Mutations: keep the file as it came; forget to turn it; make two of one id.
    async fn a_photo_is_kept_upright_and_small_without_what_the_phone_wrote_beside_it(app) {
        let (worker, grid) = (app.signed_in(&app.town.worker).await, app.town.grids[0].id.0);
        let (id, file) = (photo_id(1), from_a_phone(2400, 1500));
        let kept = upload(&worker, id, grid, &file).await.expect(201);
        assert_eq!((&kept["width"], &kept["height"]), (&json!(1000), &json!(1600)));
        let again = upload(&worker, id, grid, &file).await.expect(200);
        assert_eq!(again, kept);
        assert_eq!(upload(&worker, id, grid, &picture(9, 9)).await.code(), "photo_id_taken");

        let shown = worker.get(&format!("/evidence/{id}")).await;
        assert_eq!((shown.status.as_u16(), &shown.headers["content-type"]), (200, &"image/jpeg".parse().unwrap()));
        assert_eq!(shown.headers["cache-control"], "no-store");
        assert_eq!(shown.headers["x-content-type-options"], "nosniff");
        assert_eq!(hex::encode(Sha256::digest(&shown.bytes)), kept["sha256"].as_str().unwrap());
        for beside in [&b"Exif"[..], b"GPS"] {
            assert!(!shown.bytes.windows(beside.len()).any(|part| part == beside));
        }
        let small = worker.get(&format!("/evidence/{id}/thumbnail")).await;
        let small = image::load_from_memory(&small.bytes).unwrap();
        assert_eq!((small.width(), small.height()), (200, 320));
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let number = if format == ImageFormat::Png { 2 } else { 3 };
            upload(&worker, photo_id(number), grid, &written(30, 20, format)).await.expect(201);
        }
        assert_eq!(lies(&app).await, None);
    }

    /// Mutations: decode before the head is read; believe the file's name.
    async fn what_is_no_photo_or_would_burst_the_memory_is_refused_and_nothing_is_kept(app) {
        let (worker, grid) = (app.signed_in(&app.town.worker).await, app.town.grids[0].id.0);
        let whole = picture(400, 300);
        let mut bomb = written(1, 1, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
        let sum = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        for (what, file, code) in [
            ("fifty thousand by fifty thousand", bomb, "too_many_pixels"),
            ("cut off", whole[..whole.len() / 2].to_vec(), "photo_unreadable"),
            ("a GIF", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec(), "not_a_photo"),
            ("a page", b"<script>alert(1)</script>".to_vec(), "not_a_photo"),
            ("a page behind a photo's first bytes", b"\xff\xd8\xff<script>alert(1)</script>".to_vec(), "photo_unreadable"),
            ("nothing", Vec::new(), "not_a_photo"),
        ] {
            let refused = upload(&worker, photo_id(5), grid, &file).await;
            assert_eq!((refused.status.as_u16(), refused.code().as_str()), (422, code), "{what}");
        }
        let heavy = [whole.as_slice(), &vec![0; 10 * 1024 * 1024]].concat();
        let refused = upload(&worker, photo_id(5), grid, &heavy).await;
        assert!(refused.status.is_client_error() && !refused.status.is_success(), "{}", refused.status);
        let rows = entity::Entity::find().all(app.app.db.read()).await.unwrap();
        assert!(rows.is_empty(), "{rows:?}");
        assert!(!app.data_dir().join("evidence").exists(), "no file without a row");
    }

    /// Mutations: show it to everybody in reach; let one photo show two deeds; leave its hash out of the digest.
    async fn a_photo_shows_one_deed_of_its_sender_and_those_see_it_who_review(app) {
        let (worker, panel) = (app.signed_in(&app.town.worker).await, app.signed_in(&app.town.panel).await);
        let other = app.signed_in(&app.town.other_worker).await;
        let far = app.signed_in(&app.town.far_cadre).await;
        let (id, path) = (photo_id(1), format!("/evidence/{}", photo_id(1)));
        assert_eq!(upload(&far, id, app.town.grids[0].id.0, &picture(40, 30)).await.code(), "not_found");
        upload(&worker, id, app.town.grids[0].id.0, &picture(40, 30)).await.expect(201);
        for stranger in [&panel, &other, &far] {
            assert_eq!(stranger.get(&path).await.code(), "not_found", "it shows no deed yet");
        }
        let unknown = worker.post("/awards", shows(&app, 1, "维修水渠", &[photo_id(9)])).await;
        assert_eq!((unknown.code().as_str(), &unknown.json()["errors"][0]["field"]), ("photo_not_usable", &json!("evidence[0]")));
        let twice = worker.post("/awards", shows(&app, 1, "维修水渠", &[id, id])).await;
        assert_eq!(twice.json()["errors"][0]["field"], "evidence");

        let body = shows(&app, 1, "维修水渠", &[id]);
        let award = worker.post("/awards", body.clone()).await.expect(201);
        assert_eq!((&award["proof_pending"], &award["evidence"][0]["id"]), (&json!(false), &json!(id)));
        assert_eq!(worker.post("/awards", body).await.expect(200)["evidence"], award["evidence"]);
        let without = worker.post("/awards", shows(&app, 1, "维修水渠", &[])).await;
        assert_eq!(without.code(), "id_taken", "the photo belongs to what was said");
        assert_eq!(panel.get(&path).await.status, 200);
        for stranger in [&other, &far] {
            assert_eq!(stranger.get(&path).await.code(), "not_found");
        }
        assert_eq!(worker.post("/awards", shows(&app, 2, "维修水渠", &[id])).await.code(), "photo_used");
        let next = photo_id(2);
        upload(&worker, next, app.town.grids[0].id.0, &picture(41, 30)).await.expect(201);
        let batch = json!({"awards": [shows(&app, 3, "参加清扫", &[next]), shows(&app, 4, "参加清扫", &[next])]});
        let results = worker.post("/awards/batch", batch).await.expect(200)["results"].clone();
        assert_eq!((&results[0]["status"], &results[1]["error"]["code"]), (&json!(201), &json!("photo_used")));
        let cadre = app.signed_in(&app.town.cadre).await;
        assert_eq!(cadre.post("/awards", shows(&app, 5, "维修水渠", &[next])).await.code(), "photo_not_usable");

        panel.post(&format!("/awards/{}/approve", award_id(1)), json!({})).await.expect(200);
        assert_eq!(lies(&app).await, None);
        let sha = award["evidence"][0]["sha256"].as_str().unwrap().to_owned();
        let file = app.data_dir().join("evidence").join(&sha[..2]).join(format!("{sha}.jpg"));
        std::fs::write(&file, picture(42, 30)).unwrap();
        assert!(lies(&app).await.unwrap().contains("对不上"));
        std::fs::remove_file(&file).unwrap();
        assert!(lies(&app).await.unwrap().contains("不见了"));
    }

    /// Mutations: count by account; remove the row with the file.
    async fn a_village_has_its_share_of_a_day_and_files_go_after_their_time(app) {
        let (worker, grid) = (app.signed_in(&app.town.worker).await, &app.town.grids[0]);
        let kept = upload(&worker, photo_id(1), grid.id.0, &picture(40, 30)).await.expect(201);
        let one = entity::Entity::find_by_id(EvidenceId(photo_id(1))).one(app.app.db.read()).await.unwrap().unwrap();
        let (village, other): (AreaId, AccountId) = (app.town.village.id, app.town.other_worker.id);
        let rows = (0..PHOTOS_A_DAY_MAX - 1).map(|number| entity::ActiveModel {
            id: Set(EvidenceId(photo_id(1_000 + u32::try_from(number).unwrap()))),
            village_id: Set(village),
            uploaded_by: Set(other),
            ..one.clone().into()
        });
        let rows: Vec<_> = rows.collect();
        app.app.write(async |tx| Ok(entity::Entity::insert_many(rows.clone()).exec_without_returning(tx).await?)).await.unwrap();
        let refused = upload(&worker, photo_id(2), grid.id.0, &picture(41, 30)).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (429, "photo_quota_used"));
        assert!(refused.headers.contains_key("retry-after"));
        app.pass(DAY);
        let worker = app.signed_in(&app.town.worker).await;
        upload(&worker, photo_id(2), grid.id.0, &picture(41, 30)).await.expect(201);

        app.pass(32 * DAY);
        app.app.tidy_photos().await.unwrap();
        let worker = app.signed_in(&app.town.worker).await;
        let gone = worker.get(&format!("/evidence/{}", photo_id(1))).await;
        assert_eq!((gone.status.as_u16(), gone.code().as_str()), (410, "photo_removed"));
        let sha = kept["sha256"].as_str().unwrap();
        assert!(!app.data_dir().join("evidence").join(&sha[..2]).join(format!("{sha}.jpg")).exists());
        let row = entity::Entity::find_by_id(EvidenceId(photo_id(1))).one(app.app.db.read()).await.unwrap().unwrap();
        assert_eq!((hex::encode(&row.sha256), row.removed_at.is_some()), (sha.to_owned(), true));
        assert_eq!(lies(&app).await, None);
    }
}
