//! `/d/<code>`: what whoever scans a plate sees, as a page without scripts.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::PlateCode;
use crate::app::App;
use crate::assets::style_source;
use crate::auth::cookie;
use crate::error::Result;

const STYLE: &str = "\
body{max-width:36rem;margin:0 auto;padding:1.5rem 1rem;background:#f6f4ef;color:#1a1a1a;font:112.5%/1.6 system-ui,sans-serif;overflow-wrap:anywhere}\
h1{color:#b3261e;font-size:1.4rem}\
a{display:block;margin-top:2rem;padding:.9rem 1rem;min-height:56px;box-sizing:border-box;border:2px solid #857f76;border-radius:12px;background:#fff;color:#1a1a1a;font-weight:700;text-align:center;text-decoration:none}\
a:focus-visible{outline:3px solid #0b57d0;outline-offset:2px}";

/// The pages; they are no part of the API.
pub fn router() -> Router<App> {
    Router::new().route("/d/{code}", get(show_plate))
}

/// Whoever signed in on this phone goes on to the households of the door, which the app asks for by itself;
/// everybody else reads of which village the plate is.
async fn show_plate(State(app): State<App>, Path(code): Path<String>, headers: HeaderMap) -> Result<Response> {
    let code = PlateCode(code);
    let never_kept = [(CACHE_CONTROL, "no-store"), (VARY, "cookie")];
    if code.is_sound() && cookie(&headers, app.cookies.refresh_name()).is_some() {
        return Ok((StatusCode::SEE_OTHER, never_kept, [(LOCATION, format!("/plates/{code}"))]).into_response());
    }
    let village = super::village_for_everybody(app.db.read(), &code).await?;
    let body = match village {
        Some(village) => {
            let name = escaped(&village.name);
            format!(
                "<h1>{name}</h1><p>这是{name}的门牌码，村里的网格员上门记分用。从这里看不到哪一家的事。</p>\
                 <p>村里公布的积分，请看村里的公示栏，或问村干部。</p>\
                 <a href=\"/plates/{code}\">我是网格员，登录记分</a>"
            )
        }
        None => "<h1>户积分</h1><p>这个门牌码已经不用了，或者没有扫对。请再扫一次，或告诉村干部换一块。</p>".to_owned(),
    };
    let page = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>门牌码 · 户积分</title><style>{STYLE}</style><main>{body}</main></html>\n"
    );
    let policy = format!(
        "default-src 'none'; style-src {}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        style_source(STYLE)
    );
    let kind = [(CONTENT_TYPE, "text/html; charset=utf-8")];
    Ok((never_kept, kind, [(CONTENT_SECURITY_POLICY, policy)], page).into_response())
}

/// A name between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
