//! Time and chance are arguments: nothing else in the crate reads the system's clock or its randomness
//! (the linter forbids it), so that a test can hold both still.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use uuid::Uuid;

/// Whole seconds by which a village's day begins before UTC: UTC+8, without daylight saving.
const VILLAGE_OFFSET_SECONDS: i32 = 8 * 3600;

/// An instant as it is stored: whole milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

type Now = dyn Fn() -> Millis + Send + Sync;
type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// Where "now" and random bytes come from.
#[derive(Clone)]
pub struct Clock {
    now: Arc<Now>,
    fill: Arc<Fill>,
}

impl Clock {
    /// The machine's clock and its cryptographic randomness.
    #[expect(clippy::disallowed_methods, reason = "the one place where the real clock and real chance come in")]
    pub fn system() -> Self {
        Self::new(|| Utc::now().timestamp_millis(), |bytes| rand::fill(bytes))
    }

    /// A clock made of two functions: milliseconds since 1970, and a filler of random bytes.
    pub fn new(
        now: impl Fn() -> Millis + Send + Sync + 'static,
        fill: impl Fn(&mut [u8]) + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), fill: Arc::new(fill) }
    }

    /// The same chance under another time: for telling what happened earlier.
    #[must_use]
    pub fn under(&self, now: impl Fn() -> Millis + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), fill: Arc::clone(&self.fill) }
    }

    /// Milliseconds since 1970 UTC.
    pub fn now(&self) -> Millis {
        (self.now)()
    }

    /// The calendar day in the villages (UTC+8).
    pub fn today(&self) -> NaiveDate {
        day_of(self.now())
    }

    /// A new time-ordered identity (UUIDv7).
    pub fn new_id(&self) -> Uuid {
        let millis = self.now().max(0).unsigned_abs();
        let bytes = self.random::<10>();
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// `N` random bytes fit for keys and codes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.fill)(&mut bytes);
        bytes
    }
}

/// The villages' calendar day of an instant.
pub fn day_of(at: Millis) -> NaiveDate {
    match (DateTime::from_timestamp_millis(at), FixedOffset::east_opt(VILLAGE_OFFSET_SECONDS)) {
        (Some(instant), Some(offset)) => instant.with_timezone(&offset).date_naive(),
        _ => NaiveDate::MIN,
    }
}

/// The first instant of a calendar day in the villages.
pub fn day_begins(day: NaiveDate) -> Millis {
    let utc = day.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
    utc - Millis::from(VILLAGE_OFFSET_SECONDS) * 1000
}

/// An instant for people and programs: RFC 3339, UTC.
pub fn instant(at: Millis) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_village_day_begins_at_sixteen_hours_utc() {
        let last_second = 1_793_807_999_000; // 2026-11-04T15:59:59Z
        assert_eq!(day_of(last_second).to_string(), "2026-11-04");
        let next_day = day_of(last_second + 1000);
        assert_eq!(next_day.to_string(), "2026-11-05");
        assert_eq!(day_begins(next_day), last_second + 1000);
    }

    #[test]
    fn ids_made_later_sort_later() {
        let clock = |at| Clock::new(move || at, |bytes| bytes.fill(7));
        assert!(clock(1000).new_id() < clock(2000).new_id());
        assert_eq!(clock(1000).new_id().get_version_num(), 7);
    }
}
