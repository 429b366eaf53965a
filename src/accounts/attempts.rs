//! Guessing passwords: how often one may be wrong.
//!
//! Ten wrong passwords are free; every six minutes one of them is forgotten. Whoever has used them up
//! waits until the next is forgotten, six minutes at most, and is refused until then without hashing.
//! So a name is guessed at no more than twenty times in any hour, and nobody is ever shut out for
//! longer than six minutes by what others did before. A wait that doubled would slow the guesser a
//! little more and hand him a way to keep a worker out for a day. Whoever goes on guessing for ever can
//! still take each free try away from strangers' phones, which is why a phone on which the person has
//! signed in before counts for itself (its cookie proves it), and why a password given anew by the
//! cadre clears the count of the name.
//!
//! A name that no account has is counted like any other, so that nothing is learnt from being refused.
//! The counts are this process's own: several copies multiply what may be tried by their number, and a
//! restart forgets.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::audit::{self, Act};
use crate::clock::{Clock, Millis};
use crate::db::Tx;
use crate::error::{Error, Refusal, Result};
use crate::ids::AccountId;

/// Too many wrong passwords.
pub const TOO_MANY_ATTEMPTS: Refusal =
    Refusal::new(429, "too_many_attempts", "密码错了太多次，请过几分钟再试。忘了密码请找村干部或上一级重设。");

/// Wrong passwords that cost nothing: whoever mixes up three passwords tries each of them three times.
const FREE: Millis = 10;
/// How long one wrong password counts; with [`FREE`] it makes twenty guesses an hour at most.
const COUNTS_MILLIS: Millis = 6 * 60 * 1000;
/// What is owed when no try is left, less one try.
const FULL_MILLIS: Millis = (FREE - 1) * COUNTS_MILLIS;
/// Names that are counted, about 10 MiB. Each costs a hash, of which two cores make some hundred a second,
/// and counts for six minutes: less than half of these can count at once.
const NAMES_MAX: usize = 100_000;
/// The audit hears of a name once in this time that it was wrong, and once that no try was left.
const TOLD_MILLIS: Millis = 3600 * 1000;
/// Failures that wait to be written down: those of a second or so.
const UNTOLD_MAX: usize = 1000;

/// Whose tries are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// Everybody who tries a name, spelt in any way that leads to the same account.
    pub fn of_name(username: &str) -> Self {
        Self(Sha256::digest(super::normal(username)).into())
    }

    /// Only those who try it where the person was signed in before: on a phone with its own mark.
    #[must_use]
    pub fn known(self, mark: &[u8; 16]) -> Self {
        Self(Sha256::new_with_prefix(self.0).chain_update(mark).finalize().into())
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// For what a password is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To set another.
    Change,
}

/// Something the audit has still to hear of.
#[derive(Clone, Debug)]
pub struct Failure {
    account: Option<AccountId>,
    action: &'static str,
    request_id: String,
}

#[derive(Clone, Copy, Debug, Default)]
struct Told {
    wrong_at: Option<Millis>,
    full_at: Option<Millis>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// When everything will be forgotten.
    clear_at: Millis,
    told: Told,
}

impl Count {
    /// Milliseconds until everything is forgotten; a clock that was put back makes it no longer.
    fn owed(&self, now: Millis) -> Millis {
        (self.clear_at - now).clamp(0, FULL_MILLIS + COUNTS_MILLIS)
    }
}

#[derive(Default)]
struct Names {
    counts: HashMap<Key, Count>,
    /// All names without an account together.
    nobody: Told,
    untold: Vec<Failure>,
}

/// The counts of this process.
#[derive(Default)]
pub struct Attempts(Mutex<Names>);

/// A try that has been counted, until it is known how it ended. One that nobody waits for stays counted.
pub struct Attempt<'a> {
    attempts: &'a Attempts,
    key: Key,
    purpose: Purpose,
}

impl Attempts {
    /// Counts a try before it is made, so that many at once are no way around the limit.
    ///
    /// # Errors
    /// [`TOO_MANY_ATTEMPTS`], with the time to wait.
    pub fn begin(&self, key: Key, purpose: Purpose, now: Millis) -> Result<Attempt<'_>> {
        let mut names = self.names();
        let owed = names.counts.get(&key).map_or(0, |count| count.owed(now));
        if owed > FULL_MILLIS {
            return Err(wait(owed - FULL_MILLIS));
        }
        names.make_room(key, now);
        names.counts.entry(key).or_default().clear_at = now + owed + COUNTS_MILLIS;
        Ok(Attempt { attempts: self, key, purpose })
    }

    /// Forgets what was tried: the password is another now.
    pub fn clear(&self, key: Key) {
        self.names().counts.remove(&key);
    }

    /// What the audit has still to hear of. Until it is written down, it stands in memory only.
    pub fn untold(&self) -> Vec<Failure> {
        std::mem::take(&mut self.names().untold)
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// It was the right password.
    pub fn right(self) {
        self.attempts.clear(self.key);
    }

    /// Nothing was tried.
    pub fn undo(self) {
        if let Some(count) = self.attempts.names().counts.get_mut(&self.key) {
            count.clear_at -= COUNTS_MILLIS;
        }
    }

    /// It was wrong; `account` is the one that it was tried for, if there is one. The audit is told
    /// later: a write that only the failures of real accounts wait for would tell which are real.
    pub fn wrong(self, account: Option<AccountId>, now: Millis) {
        let mut names = self.attempts.names();
        let Names { counts, nobody, untold } = &mut *names;
        let Some(count) = counts.get_mut(&self.key) else { return };
        let is_full = count.owed(now) > FULL_MILLIS;
        let told = if account.is_some() { &mut count.told } else { nobody };
        let (wrong, full) = match self.purpose {
            Purpose::SignIn => ("fail_sign_in", "limit_sign_in"),
            Purpose::Change => ("fail_password_change", "limit_password_change"),
        };
        let mut tell = |last: &mut Option<Millis>, action| {
            let lately = last.is_some_and(|at| (0..TOLD_MILLIS).contains(&(now - at)));
            if !lately && untold.len() < UNTOLD_MAX {
                *last = Some(now);
                untold.push(Failure { account, action, request_id: audit::request_id() });
            }
        };
        tell(&mut told.wrong_at, wrong);
        if is_full {
            tell(&mut told.full_at, full);
        }
    }
}

impl Names {
    /// Lets go of what no longer counts and, should that not do, of what counts least: many names
    /// tried once make no room for another ten tries at one.
    fn make_room(&mut self, key: Key, now: Millis) {
        let mut least = 0;
        while self.counts.len() >= NAMES_MAX && !self.counts.contains_key(&key) {
            self.counts.retain(|_, count| count.owed(now) > least);
            least += COUNTS_MILLIS;
        }
    }
}

fn wait(millis: Millis) -> Error {
    let seconds = (millis + 999) / 1000;
    let minutes = (seconds + 59) / 60;
    let sentence = format!("密码错了太多次，请过 {minutes} 分钟再试。忘了密码请找村干部或上一级重设。");
    Error::Wait { refusal: TOO_MANY_ATTEMPTS, sentence, seconds: seconds.unsigned_abs() }
}

/// Writes failures down.
///
/// # Errors
/// When the database refuses.
pub async fn write_down(tx: &Tx, clock: &Clock, failures: &[Failure]) -> Result<()> {
    let act = |failure: &Failure| Act {
        by: None,
        action: failure.action,
        target: failure.account.map(|id| ("account", id.0)),
        area_path: "",
    };
    let acts: Vec<Act<'_>> = failures.iter().map(act).collect();
    let requests = failures.iter().map(|failure| failure.request_id.as_str());
    audit::append_of_many(tx, clock, acts.iter().zip(requests)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Millis = 60 * 1000;
    const HOUR: Millis = 60 * MINUTE;

    fn guess(attempts: &Attempts, key: Key, now: Millis) -> Result<()> {
        attempts.begin(key, Purpose::SignIn, now).map(|attempt| attempt.wrong(None, now))
    }

    /// T16. Mutation: count a try only when it has failed, or forget all of them at once.
    #[test]
    fn a_name_is_guessed_at_no_more_than_twenty_times_in_any_hour_and_never_shut_for_longer_than_six_minutes() {
        let (attempts, key) = (Attempts::default(), Key::of_name("worker"));
        let mut tried = Vec::new();
        for second in 0..4 * 3600 {
            let now = second * 1000;
            match guess(&attempts, key, now) {
                Ok(()) => tried.push(now),
                Err(Error::Wait { seconds, .. }) => assert!((1..=360).contains(&seconds), "{seconds}"),
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(tried.iter().filter(|at| **at < MINUTE).count(), 10);
        for from in &tried {
            let in_the_hour = tried.iter().filter(|at| (*from..from + HOUR).contains(*at)).count();
            assert!(in_the_hour <= 20, "{in_the_hour} from {from}");
        }
        assert!(tried.len() > 40, "but one in six minutes is left");
    }

    /// Mutation: leave `clamp` out.
    #[test]
    fn a_clock_that_is_put_back_shuts_nobody_out_for_longer() {
        let (attempts, key) = (Attempts::default(), Key::of_name("worker"));
        while guess(&attempts, key, 10 * 365 * 24 * HOUR).is_ok() {}
        assert!(guess(&attempts, key, 0).is_err());
        let shut = guess(&attempts, key, 0).unwrap_err();
        assert!(matches!(shut, Error::Wait { seconds: 1..=360, .. }), "{shut:?}");
    }

    /// Mutation: let the oldest make room.
    #[test]
    fn many_names_tried_once_make_no_room_for_more_guesses_at_one() {
        let (attempts, key) = (Attempts::default(), Key::of_name("worker"));
        while guess(&attempts, key, 0).is_ok() {}
        for number in 0..NAMES_MAX + 10 {
            guess(&attempts, Key::of_name(&number.to_string()), 1).unwrap();
        }
        assert!(guess(&attempts, key, 1).is_err());
        assert!(attempts.names().counts.len() <= NAMES_MAX);
    }

    #[test]
    fn the_audit_hears_of_it_twice_an_hour_and_of_all_unknown_names_together() {
        let (attempts, account) = (Attempts::default(), AccountId(uuid::Uuid::from_u128(1)));
        for number in 0..500 {
            let _ = guess(&attempts, Key::of_name(&number.to_string()), 0);
        }
        assert_eq!(attempts.untold().len(), 1);
        let key = Key::of_name("worker");
        for now in (0..2 * HOUR).step_by(1000) {
            if let Ok(attempt) = attempts.begin(key, Purpose::SignIn, now) {
                attempt.wrong(Some(account), now);
            }
        }
        let told = attempts.untold();
        let actions: Vec<_> = told.iter().map(|failure| failure.action).collect();
        assert_eq!(actions, ["fail_sign_in", "limit_sign_in", "fail_sign_in", "limit_sign_in"]);
    }
}
