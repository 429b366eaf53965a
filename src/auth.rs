//! At the door: tokens that say who is calling, and the extractors that ask for it.
//!
//! An access token (HS256, ten minutes) names an account and a session. It is worth nothing by
//! itself: every request looks the session up among the live ones, so that signing out, disabling
//! and role changes act at once. The same token in a cookie is accepted for GET only; a write needs
//! the `Authorization` header, which no other site can make a browser send.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::clock::Millis;
use crate::error::{Error, Refusal, Result, SIGNED_OUT};
use crate::ids::{AccountId, SessionId};
use crate::scope::{Identity, May, Verb};

/// Seconds an access token lasts: short, since a copy of it is good until then or until sign-out.
pub const ACCESS_SECONDS: i64 = 600;
/// The token is out of date; the refresh cookie gets another.
pub const TOKEN_EXPIRED: Refusal = Refusal::new(401, "token_expired", "登录过期了，正在重新登录。");
/// Why the door stays shut.
pub const REFUSALS: &[Refusal] = &[TOKEN_EXPIRED];

const SEC_FETCH_SITE: &str = "sec-fetch-site";
const ISSUER: &str = "hujifen";
const AUDIENCE: &str = "hujifen-app";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    sid: Uuid,
    iss: String,
    aud: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Makes and reads access tokens and refresh tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    refresh_key: [u8; 32],
}

/// A refresh token taken apart: whose, and the how-manieth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// The sign-in it continues.
    pub session_id: SessionId,
    /// Counts up by one with every refresh.
    pub generation: i32,
}

impl Tokens {
    /// Tokens under a 32-byte key.
    pub fn new(key: &[u8; 32]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "sub", "iss", "aud"]);
        // The instants are compared with the house's own clock in `read`.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            validation,
            refresh_key: Sha256::new_with_prefix(b"refresh\0").chain_update(key).finalize().into(),
        }
    }

    /// An access token for a session.
    ///
    /// # Errors
    /// Internal, when signing fails.
    pub fn issue(&self, account: AccountId, session: SessionId, now: Millis) -> Result<String> {
        let now = now.div_euclid(1000);
        let claims = Claims {
            sub: account.0,
            sid: session.0,
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: now,
            nbf: now,
            exp: now + ACCESS_SECONDS,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Error::Internal(format!("token: {error}")))
    }

    fn read(&self, token: &str, now: Millis) -> Result<(AccountId, SessionId)> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(|_| Error::from(SIGNED_OUT))?
            .claims;
        let now = now.div_euclid(1000);
        if claims.nbf > now || claims.iat > now {
            return Err(SIGNED_OUT.into());
        }
        if claims.exp <= now || claims.exp.saturating_sub(claims.iat) > ACCESS_SECONDS {
            return Err(TOKEN_EXPIRED.into());
        }
        Ok((AccountId(claims.sub), SessionId(claims.sid)))
    }

    /// The refresh token of a generation. It is derived, so that a lost answer can be given again
    /// although only its hash is stored.
    pub fn refresh(&self, refresh: Refresh) -> String {
        let mut bytes = Vec::with_capacity(52);
        bytes.extend_from_slice(refresh.session_id.0.as_bytes());
        bytes.extend_from_slice(&refresh.generation.to_be_bytes());
        let tag = self.refresh_mac(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a refresh token that this key made.
    pub fn read_refresh(&self, token: &str) -> Option<Refresh> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (body, tag) = bytes.split_at_checked(20)?;
        self.refresh_mac(body).verify_slice(tag).ok()?;
        Some(Refresh {
            session_id: SessionId(Uuid::from_slice(body.get(..16)?).ok()?),
            generation: i32::from_be_bytes(body.get(16..)?.try_into().ok()?),
        })
    }

    /// The mark of a phone on which a name was signed in. It opens nothing: wrong passwords are counted
    /// for it alone.
    pub fn device(&self, name: &[u8; 32], mark: &[u8; 16]) -> String {
        let tag = self.device_mac(name, mark).finalize().into_bytes();
        BASE64_URL_SAFE_NO_PAD.encode([mark.as_slice(), &tag].concat())
    }

    /// Reads a mark that this key made for this name.
    pub fn read_device(&self, name: &[u8; 32], token: &str) -> Option<[u8; 16]> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (mark, tag) = bytes.split_first_chunk()?;
        self.device_mac(name, mark).verify_slice(tag).ok()?;
        Some(*mark)
    }

    /// Longer than the body of any refresh token, so that neither stands for the other.
    fn device_mac(&self, name: &[u8; 32], mark: &[u8; 16]) -> Hmac<Sha256> {
        self.refresh_mac(&[b"device\0".as_slice(), name, mark].concat())
    }

    fn refresh_mac(&self, body: &[u8]) -> Hmac<Sha256> {
        let mut padded = [0; 64];
        padded[..32].copy_from_slice(&self.refresh_key);
        Hmac::<Sha256>::new(&padded.into()).chain_update(body)
    }
}

/// What is stored of a refresh token.
pub fn refresh_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// People kept in memory: the staff of several counties. An identity is about 1 KiB, so 20 MiB at most.
const LIVE_MAX: usize = 20_000;

/// The people who are signed in, as far as this process has met them. Who asks least makes way, and is
/// asked for in the database when he comes again.
pub struct LiveSessions {
    /// The lock keeps what was read before a drop from being kept after it.
    met: RwLock<Cache<SessionId, Arc<Identity>>>,
    drops: AtomicU64,
}

impl Default for LiveSessions {
    fn default() -> Self {
        Self::with_room(LIVE_MAX)
    }
}

impl LiveSessions {
    fn with_room(people: usize) -> Self {
        Self { met: RwLock::new(Cache::new(people)), drops: AtomicU64::default() }
    }

    /// Somebody met before.
    pub fn find(&self, session: SessionId) -> Option<Arc<Identity>> {
        self.met.read().unwrap_or_else(PoisonError::into_inner).get(&session)
    }

    /// To be taken before the database is asked, and handed to [`LiveSessions::meet`].
    pub fn drops(&self) -> u64 {
        self.drops.load(Ordering::SeqCst)
    }

    /// Remembers somebody, unless a session was dropped since `drops` was taken: what was read may
    /// then be older than the drop.
    pub fn meet(&self, identity: Arc<Identity>, drops: u64) {
        let met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        if self.drops() == drops {
            met.insert(identity.session_id, identity);
        }
    }

    /// Forgets the sessions of some accounts: their next request asks the database.
    pub fn drop_accounts(&self, accounts: &HashSet<AccountId>) {
        let met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        self.drops.fetch_add(1, Ordering::SeqCst);
        met.retain(|_, identity| !accounts.contains(&identity.account_id));
    }

    /// Forgets everybody.
    pub fn clear(&self) {
        let met = self.met.write().unwrap_or_else(PoisonError::into_inner);
        self.drops.fetch_add(1, Ordering::SeqCst);
        met.clear();
    }
}

/// A signed-in person, whatever his roles.
pub struct Caller(pub Arc<Identity>);

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let token = bearer(&parts.headers)
            .or_else(|| {
                let readable = matches!(parts.method, Method::GET | Method::HEAD);
                readable.then(|| cookie(&parts.headers, app.cookies.access_name())).flatten()
            })
            .ok_or(SIGNED_OUT)?;
        let now = app.clock.now();
        let (account, session) = app.tokens.read(token, now)?;
        let identity = app.identity(session).await?.ok_or(SIGNED_OUT)?;
        if identity.account_id != account || identity.expires_at <= now {
            return Err(SIGNED_OUT.into());
        }
        Ok(Self(identity))
    }
}

impl<V: Verb> FromRequestParts<App> for May<V> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let Caller(identity) = Caller::from_request_parts(parts, app).await?;
        identity.may(app.clock.today())
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The session that a request's access token names, if the token holds.
pub fn session_by_token(app: &App, headers: &HeaderMap) -> Option<SessionId> {
    let (_, session) = app.tokens.read(bearer(headers)?, app.clock.now()).ok()?;
    Some(session)
}

/// Whether a page of our own sent a request, as browsers tell. What a neighbouring host sends carries
/// our cookies (to `SameSite` it is the same site), so where a cookie alone would write, this is asked too.
pub fn from_own_page(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_SITE).is_none_or(|site| site == "same-origin" || site == "none")
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// How cookies are named and fenced in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookies {
    /// Over TLS or on loopback: `__Host-` names, `Secure`.
    Fenced,
    /// Plain HTTP, at the operator's stated risk.
    Plain,
}

impl Cookies {
    /// Name of the access cookie.
    pub fn access_name(self) -> &'static str {
        match self {
            Self::Fenced => "__Host-hujifen",
            Self::Plain => "hujifen",
        }
    }

    /// Name of the refresh cookie.
    pub fn refresh_name(self) -> &'static str {
        match self {
            Self::Fenced => "__Host-hujifen-refresh",
            Self::Plain => "hujifen-refresh",
        }
    }

    /// Name of the cookie that marks a phone.
    pub fn device_name(self) -> &'static str {
        match self {
            Self::Fenced => "__Host-hujifen-device",
            Self::Plain => "hujifen-device",
        }
    }

    /// A `Set-Cookie` value that scripts cannot read and other sites cannot send along with a write.
    pub fn set(self, name: &str, value: &str, seconds: i64) -> String {
        let secure = if self == Self::Fenced { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_token_lasts_ten_minutes_and_not_a_second_more() {
        let tokens = Tokens::new(&[1; 32]);
        let (account, session) = (AccountId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let token = tokens.issue(account, session, 1_000_000).unwrap();
        assert_eq!(tokens.read(&token, 1_599_999).unwrap(), (account, session));
        assert_eq!(tokens.read(&token, 1_600_000).unwrap_err().refusal(), TOKEN_EXPIRED);
        assert_eq!(tokens.read(&token, 999_999).unwrap_err().refusal(), SIGNED_OUT);
        assert!(Tokens::new(&[2; 32]).read(&token, 1_000_000).is_err());
    }

    /// Mutation: keep everybody.
    #[test]
    fn no_more_people_are_kept_in_memory_than_there_is_room_for() {
        let people = LiveSessions::with_room(50);
        let identity = |number: u128| Identity {
            account_id: AccountId(Uuid::from_u128(number % 7)),
            session_id: SessionId(Uuid::from_u128(number)),
            username: String::new(),
            name: String::new(),
            household_id: None,
            must_change_password: false,
            scopes: Vec::new(),
            expires_at: Millis::MAX,
        };
        for number in 0..1000 {
            people.meet(Arc::new(identity(number)), people.drops());
            assert!(people.find(SessionId(Uuid::from_u128(number))).is_some(), "the newest is kept");
        }
        let kept = || (0..1000).filter_map(|number| people.find(SessionId(Uuid::from_u128(number))));
        assert!((1..=50).contains(&kept().count()), "{}", kept().count());
        let gone = AccountId(Uuid::from_u128(3));
        people.drop_accounts(&HashSet::from([gone]));
        assert!(kept().count() > 0 && kept().all(|identity| identity.account_id != gone));
        people.clear();
        assert_eq!(kept().count(), 0);
    }

    #[test]
    fn a_refresh_token_reads_back_only_under_its_own_key() {
        let tokens = Tokens::new(&[1; 32]);
        let refresh = Refresh { session_id: SessionId(Uuid::from_u128(9)), generation: 41 };
        let token = tokens.refresh(refresh);
        assert_eq!(tokens.read_refresh(&token), Some(refresh));
        assert_eq!(Tokens::new(&[2; 32]).read_refresh(&token), None);
        assert_eq!(tokens.read_refresh("short"), None);
    }

    #[test]
    fn the_mark_of_a_phone_is_good_for_one_name_and_under_one_key() {
        let (tokens, name, mark) = (Tokens::new(&[1; 32]), [3; 32], [4; 16]);
        let token = tokens.device(&name, &mark);
        assert_eq!(tokens.read_device(&name, &token), Some(mark));
        assert_eq!(tokens.read_device(&[5; 32], &token), None);
        assert_eq!(Tokens::new(&[2; 32]).read_device(&name, &token), None);
        assert_eq!(tokens.read_device(&name, ""), None);
        assert_eq!(tokens.read_refresh(&token), None);
    }
}
