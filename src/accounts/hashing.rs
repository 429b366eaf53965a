//! Passwords: argon2id with 19 MiB, two passes, one lane (the second recommended option of the OWASP
//! password storage cheat sheet), on blocking threads, two at a time.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::error::{BUSY, Error, Result};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes under way at once: together 38 MiB, and a core is left for everybody else.
const AT_ONCE: usize = 2;
/// Hashes asked for at once: the last of them waits about two seconds. Beyond it "come back soon" is kinder.
const WAITING_MAX: usize = 64;
const SALT_BYTES: usize = 16;

/// Fewest characters of a password.
pub const CHARS_MIN: usize = 8;
/// Most characters: beyond it hashing would be work for nothing.
pub const CHARS_MAX: usize = 128;

/// A password that is long enough to be set.
pub struct NewPassword(String);

/// Whether it can be anybody's at all. One that cannot is no guess: it is neither hashed nor counted.
pub fn can_be_right(password: &str) -> bool {
    password.chars().count() <= CHARS_MAX
}

impl NewPassword {
    /// 8 to 128 characters.
    ///
    /// # Errors
    /// A problem of `field`.
    pub fn parse(field: &str, text: &str) -> Result<Self> {
        if (CHARS_MIN..=CHARS_MAX).contains(&text.chars().count()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::field(field, "out_of_range", "密码要 8 到 128 个字符。"))
        }
    }

    /// A one-time password of 10 characters that people can read out: no letters or digits that look alike.
    pub fn one_time(clock: &Clock) -> Self {
        const READABLE: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789y";
        let letters = clock.random::<10>().map(|byte| char::from(READABLE[usize::from(byte % 32)]));
        Self(letters.iter().collect())
    }

    /// To be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Where hashing is done.
pub struct Hashing {
    places: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::new(Semaphore::new(WAITING_MAX)) }
    }
}

impl Hashing {
    /// Hashes a password with a fresh salt.
    ///
    /// # Errors
    /// [`BUSY`] when too many wait; internal, when hashing fails.
    pub async fn hash(&self, clock: &Clock, password: NewPassword) -> Result<String> {
        let salt = clock.random::<SALT_BYTES>();
        self.run(move || {
            let hash = argon2()?.hash_password_with_salt(password.0.as_bytes(), &salt).map_err(internal)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether a password is the one behind `hash`. Without a hash the same work is done for nothing,
    /// so that an unknown name takes as long as a wrong password.
    ///
    /// # Errors
    /// [`BUSY`] when too many wait; internal, when the stored hash cannot be read.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        if !can_be_right(&password) {
            return Ok(false);
        }
        self.run(move || {
            let Some(hash) = hash else {
                argon2()?.hash_password_with_salt(password.as_bytes(), &[0; SALT_BYTES]).map_err(internal)?;
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).map_err(internal)?;
            Ok(argon2()?.verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _seat = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| Error::from(BUSY))?;
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.map_err(internal)?
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("hashing: {error}"))
}
