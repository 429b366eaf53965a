//! Guessing passwords, and who is kept from it.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use super::browser::{Browser, cookie};
use super::{MINUTE, audited};
use crate::support::client::Answer;
use crate::support::town::PASSWORD;
use crate::support::{TestApp, both_engines};

pub const DEVICE: &str = "__Host-hujifen-device";

async fn tried(app: &TestApp, username: &str, password: &str, device: &str) -> Answer {
    let request = app.stranger().request(Method::POST, "/session").header("content-type", "application/json");
    let body = json!({"username": username, "password": password}).to_string();
    app.stranger().send(request.header("cookie", format!("{DEVICE}={device}")).body(Body::from(body)).unwrap()).await
}

/// Ten wrong passwords; the eleventh is refused, and so is the right one.
async fn used_up(app: &TestApp, username: &str, device: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    for number in 0..12 {
        let answer = tried(app, username, if number < 11 { "wrong horse" } else { PASSWORD }, device).await;
        let expected = if number < 10 { (401, "bad_credentials") } else { (429, "too_many_attempts") };
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), expected, "{username} {number}");
        let retry = answer.headers.get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(retry, (number >= 10).then(|| "360".to_owned()));
        assert!(answer.headers.get("set-cookie").is_none());
        let mut body = answer.json();
        body["request_id"] = Value::Null;
        seen.push(body);
    }
    assert_eq!(seen[10]["title"], "密码错了太多次，请过 6 分钟再试。忘了密码请找村干部或上一级重设。");
    seen
}

both_engines! {
    /// T16. Mutation: count only the names of accounts, or leave `begin` out of `sign_in`.
    async fn after_ten_wrong_passwords_a_name_waits_whether_anybody_has_it_or_not(app) {
        let of_somebody = used_up(&app, "worker", "").await;
        assert_eq!(used_up(&app, "nobody-at-all", "").await, of_somebody);
        assert_eq!(tried(&app, " Worker ", PASSWORD, "").await.code(), "too_many_attempts", "another spelling");
        tried(&app, "cadre", PASSWORD, "").await.expect(200);
        app.pass(6 * MINUTE);
        tried(&app, "worker", PASSWORD, "").await.expect(200);
        used_up(&app, "worker", "").await;
        app.app.write_failures_down().await.unwrap();
        app.app.write_failures_down().await.unwrap();
        assert_eq!((audited(&app, "fail_sign_in").await, audited(&app, "limit_sign_in").await), (3, 3));
    }

    /// T16. Mutation: count the tries of all phones together.
    async fn the_owner_signs_in_on_a_known_phone_while_others_guess(app) {
        let device = cookie(&tried(&app, "worker", PASSWORD, "").await, DEVICE).unwrap();
        used_up(&app, "worker", "").await;
        let again = tried(&app, "worker", PASSWORD, &device).await;
        again.expect(200);
        assert_eq!(cookie(&again, DEVICE).as_ref(), Some(&device), "the phone stays the same");
        // It is another's mark, or nobody's, for every other name.
        used_up(&app, "cadre", &device).await;
        assert_eq!(tried(&app, "cadre", PASSWORD, "").await.code(), "too_many_attempts");
        used_up(&app, "worker", &device).await;
    }

    /// Mutation: leave `clear` out of `reset_password`.
    async fn a_password_given_anew_can_be_used_at_once(app) {
        used_up(&app, "worker", "").await;
        let cadre = app.signed_in(&app.town.cadre).await;
        let given = cadre.post(&format!("/accounts/{}/password", app.town.worker.id), Value::Null).await.expect(200);
        tried(&app, "worker", given["one_time_password"].as_str().unwrap(), "").await.expect(200);
    }

    /// Mutation: verify first and count afterwards.
    async fn many_guesses_at_once_are_no_more_than_ten(app) {
        let guesses = (0..30).map(|_| {
            let phone = app.stranger();
            tokio::spawn(async move { phone.post("/session", json!({"username": "worker", "password": "wrong horse"})).await })
        });
        let guesses: Vec<_> = guesses.collect();
        let mut tried = 0;
        for guess in guesses {
            tried += u32::from(guess.await.unwrap().status.as_u16() == 401);
        }
        assert_eq!(tried, 10);
    }

    /// Mutation: leave `begin` out of `change_password`.
    async fn the_password_in_use_is_not_guessed_by_changing_it(app) {
        let (phone, other) = (Browser::signed_in(&app, "worker").await, Browser::signed_in(&app, "worker").await);
        let change = |current: &str| json!({"current_password": current, "new_password": "another horse"});
        for _ in 0..10 {
            phone.put("/me/password", change("wrong horse")).await.expect(422);
        }
        // What can be nobody's password is no guess.
        let long = "x".repeat(200);
        phone.put("/me/password", change(&long)).await.expect(422);
        assert_eq!(tried(&app, "worker", &long, "").await.code(), "bad_credentials");
        let refused = phone.put("/me/password", change(PASSWORD)).await;
        assert_eq!((refused.code().as_str(), refused.headers["retry-after"].to_str().unwrap()), ("too_many_attempts", "360"));
        app.app.write_failures_down().await.unwrap();
        assert_eq!((audited(&app, "fail_password_change").await, audited(&app, "limit_password_change").await), (1, 1));
        // The owner's own phone changes it all the same.
        used_up(&app, "worker", "").await;
        other.put("/me/password", change(PASSWORD)).await.expect(204);
    }
}
