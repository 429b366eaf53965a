//! T14: tokens made by hand. All of them are refused, none of them harms.

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};
use uuid::Uuid;

use super::browser::ACCESS;
use crate::support::TestApp;
use crate::support::app::NOW;
use crate::support::client::Answer;
use crate::support::town::sign_in_to_stay;

const SECOND: i64 = NOW / 1000;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn body(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encode(header.to_string()), encode(claims.to_string()))
}

fn hs256(key: &[u8], header: &Value, claims: &Value) -> String {
    let body = body(header, claims);
    let tag = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(&body).finalize().into_bytes();
    format!("{body}.{}", encode(tag))
}

fn hs384(key: &[u8], header: &Value, claims: &Value) -> String {
    let body = body(header, claims);
    let tag = Hmac::<Sha384>::new_from_slice(key).unwrap().chain_update(&body).finalize().into_bytes();
    format!("{body}.{}", encode(tag))
}

fn hs512(key: &[u8], header: &Value, claims: &Value) -> String {
    let body = body(header, claims);
    let tag = Hmac::<Sha512>::new_from_slice(key).unwrap().chain_update(&body).finalize().into_bytes();
    format!("{body}.{}", encode(tag))
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// Mutation: take any algorithm, skip the comparison of `sub` with the session's account, or let a
/// token last as long as it says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_made_by_hand_is_believed() {
    let app = TestApp::on_sqlite().await;
    let (good, refresh) = sign_in_to_stay(&app.app, &app.town.worker).await;
    let claims = claims_of(&good);
    let other = claims_of(&sign_in_to_stay(&app.app, &app.town.cadre).await.0);
    let key = &app.app.keys.token;
    let head = json!({"alg": "HS256", "typ": "JWT"});
    let sign = |claims: Value| hs256(key, &head, &claims);
    // What is made here by hand is what the house makes.
    assert_eq!(asked(&app, &sign(claims.clone())).await.status.as_u16(), 200);

    let (ours, signature) = good.rsplit_once('.').unwrap();
    let mut forged: Vec<(&str, String)> = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({"alg": alg, "typ": "JWT"});
        forged.push(("alg none", format!("{}.", body(&header, &claims))));
        forged.push(("alg none, signed", hs256(key, &header, &claims)));
    }
    for alg in [json!("RS256"), json!("ES256"), json!("EdDSA"), json!("PS256"), json!("HS1"), json!(null), json!(256)] {
        forged.push(("another alg", hs256(key, &json!({"alg": alg, "typ": "JWT"}), &claims)));
    }
    forged.push(("no alg", hs256(key, &json!({"typ": "JWT"}), &claims)));
    forged.push(("HS384", hs384(key, &json!({"alg": "HS384"}), &claims)));
    forged.push(("HS512", hs512(key, &json!({"alg": "HS512"}), &claims)));
    forged.push(("HS384 called HS256", hs384(key, &head, &claims)));
    for wrong in [&[0; 32][..], &[], b"secret", b"hujifen", &key[..31]] {
        forged.push(("another key", hs256(wrong, &head, &claims)));
    }
    for kid in ["../../../../dev/null", "/dev/null", "' UNION SELECT 'secret' --", "secret", "0"] {
        let header = json!({"alg": "HS256", "kid": kid, "jku": "http://127.0.0.1:1/keys", "x5u": "file:///dev/null"});
        forged.push(("kid", hs256(b"", &header, &claims)));
        forged.push(("kid", hs256(b"secret", &header, &claims)));
    }
    let jwk = json!({"alg": "HS256", "jwk": {"kty": "oct", "k": encode(b"secret")}});
    forged.push(("its own key", hs256(b"secret", &jwk, &claims)));
    for name in ["sub", "sid", "iss", "aud", "iat", "nbf", "exp"] {
        forged.push(("a claim is missing", sign(without(&claims, name))));
        forged.push(("a claim is null", sign(with(&claims, name, Value::Null))));
    }
    for (name, value) in [
        ("iss", json!("somebody")),
        ("iss", json!(["hujifen"])),
        ("aud", json!("another-app")),
        ("aud", json!(["hujifen-app", "another-app"])),
        ("exp", json!(SECOND - 1)),
        ("exp", json!(SECOND + 601)),
        ("exp", json!(SECOND + 10 * 365 * 86400)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(1e300)),
        ("exp", json!((SECOND + 600).to_string())),
        ("exp", json!(-1)),
        ("iat", json!(SECOND + 60)),
        ("iat", json!(i64::MIN)),
        ("nbf", json!(SECOND + 60)),
        ("sub", json!("worker")),
        ("sub", json!(Uuid::nil())),
        ("sub", other["sub"].clone()),
        ("sid", other["sid"].clone()),
        ("sid", json!(Uuid::nil())),
        ("sid", json!("x")),
    ] {
        forged.push((name, sign(with(&claims, name, value))));
    }
    let endless = with(&with(&claims, "exp", json!(i64::MAX)), "iat", json!(i64::MIN));
    forged.push(("longer than numbers go", sign(endless)));
    for (what, text) in [
        ("no signature", format!("{ours}.")),
        ("two parts", ours.to_owned()),
        ("four parts", format!("{good}.x")),
        ("cut off", good[..good.len() - 2].to_owned()),
        ("another's signature", format!("{ours}.{}", encode([0; 32]))),
        ("padding", format!("{good}=")),
        ("standard base64", format!("{ours}.{}", BASE64_STANDARD.encode(signature))),
        ("a blank inside", good.replace('.', ". ")),
        ("twice", format!("{good}, {good}")),
        ("JSON", json!({"token": good}).to_string()),
        ("a refresh token", refresh.clone()),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("dots", ".".repeat(1000)),
        ("text", "abc".to_owned()),
        ("a tail", format!("{good}\u{7f}").replace('\u{7f}', "~")),
        ("large", "a".repeat(60_000)),
        ("large parts", format!("{0}.{0}.{0}", encode(vec![b'{'; 15_000]))),
        ("deep", format!("{}.{}.", encode("[".repeat(9000)), encode("{\"a\":".repeat(3000)))),
    ] {
        forged.push((what, text));
    }
    assert!(forged.len() > 60, "{}", forged.len());
    for (what, token) in &forged {
        refused(&asked(&app, token).await, what, token);
        let request =
            app.stranger().request(axum::http::Method::GET, "/me").header("cookie", format!("{ACCESS}={token}"));
        refused(&app.stranger().send(request.body(axum::body::Body::empty()).unwrap()).await, what, token);
    }
    for value in [
        &b"Bearer \xff\xfe"[..],
        b"Bearer \xe5\xbc\xa0",
        b"Bearer",
        b"Bearer ",
        b"Basic d29ya2VyOng=",
        b"\t",
        b"Bearer\ta",
    ] {
        let header = HeaderValue::from_bytes(value).unwrap();
        let request = app.stranger().request(axum::http::Method::GET, "/me").header("authorization", header);
        refused(
            &app.stranger().send(request.body(axum::body::Body::empty()).unwrap()).await,
            "header",
            &format!("{value:?}"),
        );
    }
    // The one for reading is none for staying.
    let cookie = format!("__Host-hujifen-refresh={good}");
    let request = app.stranger().request(axum::http::Method::POST, "/session/refresh").header("cookie", cookie);
    refused(&app.stranger().send(request.body(axum::body::Body::empty()).unwrap()).await, "refresh", &good);
    // After all of it the true one still holds, until its sign-in is ended.
    assert_eq!(asked(&app, &good).await.status.as_u16(), 200);
    app.with_token(good.clone()).json(axum::http::Method::DELETE, "/session", Value::Null).await.expect(204);
    refused(&asked(&app, &good).await, "revoked", &good);
    refused(&asked(&app, &sign(claims)).await, "revoked", &good);
}

fn claims_of(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

async fn asked(app: &TestApp, token: &str) -> Answer {
    app.with_token(token.to_owned()).get("/me").await
}

#[track_caller]
fn refused(answer: &Answer, what: &str, token: &str) {
    let shown: String = token.chars().take(400).collect();
    assert_eq!(answer.status.as_u16(), 401, "{what}: {shown}");
    assert!(matches!(answer.code().as_str(), "signed_out" | "token_expired"), "{what}: {shown}");
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("eyJ"), "{what} is repeated");
}
