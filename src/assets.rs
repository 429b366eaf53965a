//! The built frontend, out of the binary (a debug build reads `frontend/dist` from the disk).
//!
//! Files under `/assets/` carry a hash in their names and never change; everything else is asked for
//! again each time, and answered with 304 while it stands still. Every page of the app is the same
//! shell, which finds its way by the address.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rust_embed::{Embed, EmbeddedFile};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::error::{NOT_FOUND, Result};

#[derive(Embed)]
#[folder = "frontend/dist"]
#[allow_missing = true]
struct Dist;

const SHELL: &str = "index.html";
/// What the build says about the shell's inline styles; for this server, not for browsers.
const STYLES: &str = "csp.json";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
/// Below it compressing saves no packet.
const COMPRESSED_BYTES_MIN: usize = 1024;
/// A debug build would take seconds for what a release build does in milliseconds.
const QUALITY: i32 = if cfg!(debug_assertions) { 4 } else { 11 };

const UNBUILT: &str = include_str!("unbuilt.html");

/// Whether the frontend is there.
pub fn are_built() -> bool {
    Dist::get(SHELL).is_some()
}

/// A style's hash as a source for the Content-Security-Policy.
pub fn style_source(css: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(css)))
}

/// Answers what is no route: a file of the frontend, or the shell for a page of the app.
///
/// # Errors
/// [`NOT_FOUND`] for anything else.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let path = uri.path();
    if !matches!(method, Method::GET | Method::HEAD) || path == "/api" || path.starts_with("/api/") {
        return Err(NOT_FOUND.into());
    }
    let name = path.trim_start_matches('/');
    if !matches!(name, "" | SHELL | STYLES)
        && let Some(file) = Dist::get(name)
    {
        return Ok(answer(name, file, &headers).await);
    }
    let wants_page =
        name.is_empty() || headers.get_all(ACCEPT).iter().any(|accept| lists(accept.to_str(), "text/html"));
    if !wants_page || path.starts_with("/assets/") {
        return Err(NOT_FOUND.into());
    }
    match Dist::get(SHELL) {
        Some(shell) => Ok(answer(SHELL, shell, &headers).await),
        None => Ok(unbuilt()),
    }
}

async fn answer(name: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let tag = format!("W/\"{}\"", hex::encode(hash.get(..16).unwrap_or_default()));
    let cache = if name.starts_with("assets/") { FOR_EVER } else { ASK_AGAIN };
    let common: [(HeaderName, String); 4] = [
        (CACHE_CONTROL, cache.to_owned()),
        (ETAG, tag.clone()),
        (VARY, "accept-encoding".to_owned()),
        (CONTENT_SECURITY_POLICY, policy()),
    ];
    if headers.get_all(IF_NONE_MATCH).iter().any(|known| lists(known.to_str(), &tag)) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let is_text = matches!(kind.type_().as_str(), "text")
        || kind.suffix().is_some_and(|suffix| suffix == "xml")
        || matches!(kind.subtype().as_str(), "json" | "javascript" | "manifest");
    let charset = if kind.type_() == "text" { "; charset=utf-8" } else { "" };
    let kind = [(CONTENT_TYPE, format!("{kind}{charset}"))];
    let takes_brotli = headers.get_all(ACCEPT_ENCODING).iter().any(|encodings| lists(encodings.to_str(), "br"));
    if is_text
        && takes_brotli
        && file.data.len() >= COMPRESSED_BYTES_MIN
        && let Some(small) = compressed(name, hash, file.data.clone()).await
    {
        return (common, kind, [(CONTENT_ENCODING, "br")], Body::from(small)).into_response();
    }
    (common, kind, Body::from(file.data)).into_response()
}

/// Whether a header's comma-separated list names `wanted`, at any weight but zero.
fn lists<E>(header: Result<&str, E>, wanted: &str) -> bool {
    let mut items = header.unwrap_or_default().split(',').map(|item| item.split(';').map(str::trim));
    items.any(|mut item| item.next() == Some(wanted) && !item.any(|weight| matches!(weight, "q=0" | "q=0.0")))
}

/// Compressed files by name, each with the hash of what it was made of.
type Compressed = HashMap<String, ([u8; 32], Bytes)>;

/// A file compressed once, when it is first asked for.
async fn compressed(name: &str, hash: [u8; 32], whole: Cow<'static, [u8]>) -> Option<Bytes> {
    static KEPT: LazyLock<Mutex<Compressed>> = LazyLock::new(Mutex::default);
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, small)) = kept().get(name)
        && *of == hash
    {
        return Some(small.clone());
    }
    let small = tokio::task::spawn_blocking(move || brotli(&whole)).await.ok()?;
    kept().insert(name.to_owned(), (hash, small.clone()));
    Some(small)
}

fn brotli(whole: &[u8]) -> Bytes {
    let mut small = Vec::with_capacity(whole.len() / 3);
    let params = brotli::enc::BrotliEncoderParams { quality: QUALITY, ..Default::default() };
    // A vector takes every write, and a slice gives every read.
    let _ = brotli::BrotliCompress(&mut &*whole, &mut small, &params);
    small.into()
}

#[derive(Default, Deserialize)]
struct Styles {
    style_hashes: Vec<String>,
}

/// Nothing but our own scripts, and of inline styles only those that the build has counted.
fn policy() -> String {
    let styles =
        Dist::get(STYLES).and_then(|file| serde_json::from_slice::<Styles>(&file.data).ok()).unwrap_or_default();
    let hashes: String = styles.style_hashes.iter().map(|hash| format!(" '{hash}'")).collect();
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self'{hashes}; img-src 'self' data: blob:; \
         connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; \
         object-src 'none'"
    )
}

/// Tells a developer how to build the frontend.
fn unbuilt() -> Response {
    let style =
        UNBUILT.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map_or("", |(css, _)| css);
    let policy = format!("default-src 'none'; style-src {}; frame-ancestors 'none'", style_source(style));
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (CONTENT_SECURITY_POLICY, policy)];
    (headers, UNBUILT).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_what_stands_in_it_with_weight() {
        for (header, named) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, gzip;q=0.8", true),
            ("br;q=0, gzip", false),
            ("gzip", false),
            ("brotli", false),
            ("", false),
        ] {
            assert_eq!(lists(Ok::<_, ()>(header), "br"), named, "{header}");
        }
    }

    #[tokio::test]
    async fn the_api_and_missing_assets_are_not_pages() {
        let page = HeaderMap::from_iter([(ACCEPT, "text/html".parse().unwrap())]);
        let get = async |path: &'static str, headers: &HeaderMap| {
            serve(Method::GET, Uri::from_static(path), headers.clone()).await.map(|answer| answer.status())
        };
        for missing in ["/api", "/api/v1/nothing", "/assets/nothing.js"] {
            assert_eq!(get(missing, &page).await.unwrap_err().refusal(), NOT_FOUND, "{missing}");
        }
        assert_eq!(get("/sign-in", &page).await.unwrap(), StatusCode::OK);
        assert_eq!(get("/", &HeaderMap::new()).await.unwrap(), StatusCode::OK);
        assert!(get("/sign-in", &HeaderMap::new()).await.is_err());
        assert!(serve(Method::POST, Uri::from_static("/"), page).await.is_err());
    }

    #[test]
    fn what_is_compressed_comes_back_whole() {
        let whole = "户积分 ".repeat(500);
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli(whole.as_bytes()), &mut back).unwrap();
        assert_eq!(back, whole.as_bytes());
    }
}
