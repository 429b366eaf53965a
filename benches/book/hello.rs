//! The bare "hello" that the house is measured against: axum, the same token verified by the same
//! crate, one small JSON. It runs as a process of its own, as the house does.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use axum::{Json, Router};
use hujifen::clock::Clock;
use hujifen::keys::Keys;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use uuid::Uuid;

struct Door {
    key: DecodingKey,
    validation: Validation,
}

#[derive(Deserialize)]
struct Claims {
    sub: Uuid,
}

#[derive(Serialize)]
struct Hello {
    hello: Uuid,
}

/// Serves until its standard input closes: whoever started it has gone.
pub fn main(keys: &Path) {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let keys = Keys::open(keys, &Clock::system()).unwrap();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&["hujifen"]);
    validation.set_audience(&["hujifen-app"]);
    let door = Arc::new(Door { key: DecodingKey::from_secret(&keys.token), validation });
    let router = Router::new().route("/hello", get(hello)).with_state(door);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        axum::serve(listener, router).await.unwrap();
    });
}

async fn hello(State(door): State<Arc<Door>>, headers: HeaderMap) -> Result<Json<Hello>, StatusCode> {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let read = decode::<Claims>(token.unwrap_or_default(), &door.key, &door.validation);
    let claims = read.map_err(|_| StatusCode::UNAUTHORIZED)?.claims;
    Ok(Json(Hello { hello: claims.sub }))
}
