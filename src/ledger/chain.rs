//! The chain of a village's entries: each `mac` is HMAC-SHA-256 (key outside the database) over the
//! `mac` before it and the entry's canonical bytes.
//!
//! Canonical bytes, integers big-endian:
//! `1` (format) · village 16 · seq 8 · household 16 · from 1 · to 1 · points 8 · cause kind 1 ·
//! cause 16 · leg 2 · SHA-256 of what the cause said 32 · period's length 1 and its bytes · late 1 ·
//! days of `occurred_on` since 0001-01-01 4 · rule set 16 · rule 16 (zeros when absent) ·
//! recorder 16 · recorded_at (ms) 8 · reversed seq 8 (0 when none).
//! The first entry of a village follows 32 zero bytes.

use chrono::Datelike as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use super::entity::entry::Model as Entry;
use super::entity::{Account, CauseKind};

/// HMAC-SHA-256 in the `alg` column.
pub const ALG_HMAC_SHA256: i16 = 1;
/// What the first entry of a village follows.
pub const GENESIS: [u8; 32] = [0; 32];

const FORMAT: u8 = 1;

/// Computes the links of a chain.
#[derive(Clone)]
pub struct Chain {
    keyed: Hmac<Sha256>,
}

impl Chain {
    /// A chain under a 32-byte key.
    pub fn new(key: &[u8; 32]) -> Self {
        let mut block = [0; 64];
        block[..32].copy_from_slice(key);
        Self { keyed: Hmac::<Sha256>::new(&block.into()) }
    }

    /// The `mac` of an entry that follows `previous`.
    pub fn link(&self, previous: &[u8], entry: &Entry) -> [u8; 32] {
        self.keyed.clone().chain_update(previous).chain_update(canonical(entry)).finalize().into_bytes().into()
    }
}

fn canonical(entry: &Entry) -> Vec<u8> {
    let id = |id: Option<Uuid>| id.unwrap_or(Uuid::nil()).into_bytes();
    let mut bytes = Vec::with_capacity(224);
    bytes.push(FORMAT);
    bytes.extend(entry.village_id.0.as_bytes());
    bytes.extend(entry.seq.to_be_bytes());
    bytes.extend(entry.household_id.0.as_bytes());
    bytes.push(account_code(entry.from_account));
    bytes.push(account_code(entry.to_account));
    bytes.extend(entry.points.0.to_be_bytes());
    bytes.push(match entry.cause_kind {
        CauseKind::Award => 1,
        CauseKind::Reversal => 2,
        CauseKind::Refold => 3,
    });
    bytes.extend(entry.cause_id.as_bytes());
    bytes.extend(entry.leg.to_be_bytes());
    bytes.extend(&entry.cause_digest);
    bytes.push(u8::try_from(entry.period.len()).unwrap_or(u8::MAX));
    bytes.extend(entry.period.as_bytes());
    bytes.push(u8::from(entry.late));
    bytes.extend(entry.occurred_on.num_days_from_ce().to_be_bytes());
    bytes.extend(id(entry.rule_set_id.map(|id| id.0)));
    bytes.extend(id(entry.rule_id.map(|id| id.0)));
    bytes.extend(entry.recorder_id.0.as_bytes());
    bytes.extend(entry.recorded_at.to_be_bytes());
    bytes.extend(entry.reverses_seq.unwrap_or(0).to_be_bytes());
    bytes
}

fn account_code(account: Account) -> u8 {
    match account {
        Account::Issued => 1,
        Account::Pending => 2,
        Account::Base => 3,
        Account::Spendable => 4,
        Account::Redeemed => 5,
        Account::Expired => 6,
        Account::Lapsed => 7,
        Account::Moved => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hundredths::Hundredths;
    use crate::ids::{AccountId, AreaId, HouseholdId};

    fn entry() -> Entry {
        Entry {
            village_id: AreaId(Uuid::from_u128(1)),
            seq: 1,
            household_id: HouseholdId(Uuid::from_u128(2)),
            from_account: Account::Issued,
            to_account: Account::Pending,
            points: Hundredths(500),
            cause_kind: CauseKind::Award,
            cause_id: Uuid::from_u128(3),
            leg: 0,
            cause_digest: vec![9; 32],
            period: "2026-11".into(),
            late: false,
            occurred_on: "2026-11-03".parse().unwrap(),
            rule_set_id: None,
            rule_id: None,
            recorder_id: AccountId(Uuid::from_u128(4)),
            recorded_at: 1_793_000_000_000,
            reverses_seq: None,
            alg: ALG_HMAC_SHA256,
            mac: Vec::new(),
        }
    }

    #[test]
    fn a_link_depends_on_the_key_the_link_before_and_every_field() {
        let chain = Chain::new(&[1; 32]);
        let link = chain.link(&GENESIS, &entry());
        assert_eq!(link, chain.link(&GENESIS, &entry()));
        assert_ne!(link, Chain::new(&[2; 32]).link(&GENESIS, &entry()));
        assert_ne!(link, chain.link(&[1; 32], &entry()));
        let changes: [fn(&mut Entry); 10] = [
            |entry| entry.seq = 2,
            |entry| entry.points = Hundredths(501),
            |entry| entry.household_id = HouseholdId(Uuid::from_u128(8)),
            |entry| entry.to_account = Account::Base,
            |entry| entry.period = "2026-12".into(),
            |entry| entry.late = true,
            |entry| entry.occurred_on = "2026-11-04".parse().unwrap(),
            |entry| entry.cause_digest = vec![8; 32],
            |entry| entry.recorded_at += 1,
            |entry| entry.reverses_seq = Some(1),
        ];
        for change in changes {
            let mut other = entry();
            change(&mut other);
            assert_ne!(link, chain.link(&GENESIS, &other));
        }
    }
}
