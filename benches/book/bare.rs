//! The bare loop that the house is measured against: one thread, one SQLite connection with the same
//! settings, prepared statements, nothing read, nobody asked. It writes the rows that the house writes
//! for a posted award, with digest and chain computed in the loop; heads once a village and transaction.
//! It also fills the book before anything is measured.

use std::path::Path;

use hujifen::awards::Said;
use hujifen::clock::{Clock, Millis};
use hujifen::hundredths::Hundredths;
use hujifen::ids::{AreaId, AwardId};
use hujifen::ledger::entity::{entry, head};
use hujifen::ledger::{Account, CauseKind, Chain, chain};
use rusqlite::{Connection, OptionalExtension as _, Statement, params};

use crate::county::{Deed, Village};

const AWARD: &str = "INSERT INTO awards (id, village_id, household_id, rule_set_id, rule_id, quantity, points, clipped, \
    units, status, proof_pending, occurred_on, period, late, note, handled_by, recorded_by, own_household, digest, \
    recorded_at) VALUES (?1, ?2, ?3, ?4, ?5, 100, ?6, 0, 100, 'posted', 0, ?7, ?8, 0, NULL, NULL, ?9, 0, ?10, ?11)";
const AUDIT: &str = "INSERT INTO audit (id, at, account_id, action, target_kind, target_id, area_path, request_id) \
    VALUES (?1, ?2, ?3, 'submit_award', 'award', ?4, ?5, '-')";
const CAP_USE: &str = "INSERT INTO cap_uses (household_id, counter_id, cap_window, units) VALUES (?1, ?2, ?3, 100) \
    ON CONFLICT (household_id, counter_id, cap_window) DO UPDATE SET units = units + excluded.units";
const ENTRY: &str = "INSERT INTO entries (village_id, seq, household_id, from_account, to_account, points, cause_kind, \
    cause_id, leg, cause_digest, period, late, occurred_on, rule_set_id, rule_id, recorder_id, recorded_at, \
    reverses_seq, alg, mac) VALUES (?1, ?2, ?3, 'issued', 'pending', ?4, 'award', ?5, 0, ?6, ?7, 0, ?8, ?9, ?10, ?11, \
    ?12, NULL, 1, ?13)";
const BALANCE: &str = "INSERT INTO balances (household_id, village_id, issued, pending) VALUES (?1, ?2, -?3, ?3) \
    ON CONFLICT (household_id) DO UPDATE SET issued = issued + excluded.issued, pending = pending + excluded.pending";
const MONTH_TOTAL: &str = "INSERT INTO month_totals (village_id, month, household_id, points) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (village_id, month, household_id) DO UPDATE SET points = points + excluded.points";
const GIVEN: &str = "INSERT INTO village_months (village_id, month, given, granted) VALUES (?1, ?2, ?3, 0) \
    ON CONFLICT (village_id, month) DO UPDATE SET given = given + excluded.given";
const HEAD: &str = "INSERT INTO chain_heads (village_id, seq, mac, recorded_at) VALUES (?1, ?2, ?3, ?4) \
    ON CONFLICT (village_id) DO UPDATE SET seq = excluded.seq, mac = excluded.mac, recorded_at = excluded.recorded_at";

/// How safely it writes.
#[derive(Clone, Copy)]
pub enum Durability {
    /// As the house does.
    Full,
    /// Not at all: for filling a book that nobody has seen yet.
    None,
}

/// A connection that writes awards into a book.
pub struct Bare {
    connection: Connection,
    chain: Chain,
    clock: Clock,
}

struct Prepared<'c> {
    award: Statement<'c>,
    audit: Statement<'c>,
    cap_use: Statement<'c>,
    entry: Statement<'c>,
    balance: Statement<'c>,
    month_total: Statement<'c>,
    given: Statement<'c>,
    head: Statement<'c>,
}

impl Bare {
    /// Opens a book that has its tables.
    pub fn open(file: &Path, chain: Chain, durability: Durability) -> Self {
        let connection = Connection::open(file).unwrap();
        let (journal, synchronous, cache_kib) = match durability {
            Durability::Full => ("WAL", "FULL", 32_768),
            Durability::None => ("MEMORY", "OFF", 1_048_576),
        };
        connection.pragma_update(None, "journal_mode", journal).unwrap();
        connection.pragma_update(None, "synchronous", synchronous).unwrap();
        connection.pragma_update(None, "cache_size", -cache_kib).unwrap();
        connection.pragma_update(None, "wal_autocheckpoint", 8192).unwrap();
        connection.pragma_update(None, "mmap_size", 1_073_741_824).unwrap();
        connection.pragma_update(None, "foreign_keys", "ON").unwrap();
        connection.pragma_update(None, "recursive_triggers", "ON").unwrap();
        connection.pragma_update(None, "temp_store", "MEMORY").unwrap();
        Self { connection, chain, clock: Clock::system() }
    }

    /// Writes deeds of some villages until there are no more, so many a transaction. Answers how many.
    pub fn write<'v>(
        &self,
        villages: &'v [Village],
        deeds: impl Iterator<Item = Deed<'v>>,
        per_transaction: usize,
    ) -> u64 {
        let mut heads: Vec<head::Model> = villages.iter().map(|village| self.head(village.id)).collect();
        let mut prepared = Prepared::new(&self.connection);
        let mut deeds = deeds.peekable();
        let mut written = 0;
        while deeds.peek().is_some() {
            self.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            let before: Vec<i64> = heads.iter().map(|head| head.seq).collect();
            for deed in deeds.by_ref().take(per_transaction) {
                self.write_one(&mut prepared, &villages[deed.village], &deed, &mut heads[deed.village]);
                written += 1;
            }
            for (head, _) in heads.iter().zip(before).filter(|(head, seq)| head.seq != *seq) {
                let row = params![id(&head.village_id.0), head.seq, head.mac, head.recorded_at];
                prepared.head.execute(row).unwrap();
            }
            self.connection.execute_batch("COMMIT").unwrap();
        }
        written
    }

    fn head(&self, village_id: AreaId) -> head::Model {
        let sql = "SELECT seq, mac, recorded_at FROM chain_heads WHERE village_id = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(head::Model { village_id, seq: row.get(0)?, mac: row.get(1)?, recorded_at: row.get(2)? })
        };
        let known = self.connection.query_row(sql, [id(&village_id.0)], read).optional().unwrap();
        let fresh = head::Model { village_id, seq: 0, mac: chain::GENESIS.to_vec(), recorded_at: Millis::MIN };
        known.unwrap_or(fresh)
    }

    fn write_one(&self, prepared: &mut Prepared<'_>, village: &Village, deed: &Deed<'_>, head: &mut head::Model) {
        let at = deed.at.unwrap_or_else(|| self.clock.now()).max(head.recorded_at);
        let new_id = || uuid::Builder::from_unix_timestamp_millis(at.unsigned_abs(), &self.clock.random()).into_uuid();
        let award_id = AwardId(new_id());
        let said = Said {
            account: village.cadre.id,
            household: deed.household,
            rule: village.rule,
            quantity: None,
            degree: None,
            people: None,
            occurred_on: deed.day.on,
            note: None,
            done_by: None,
            handled_by: None,
            proof: None,
            sheet: None,
            told_by: None,
            photos: Vec::new(),
        };
        let mut entry = entry::Model {
            village_id: village.id,
            seq: head.seq + 1,
            household_id: deed.household,
            from_account: Account::Issued,
            to_account: Account::Pending,
            points: Hundredths::whole(5),
            cause_kind: CauseKind::Award,
            cause_id: award_id.0,
            leg: 0,
            cause_digest: said.digest().unwrap(),
            period: deed.day.month.clone(),
            late: false,
            occurred_on: deed.day.on,
            rule_set_id: Some(village.rule_set),
            rule_id: Some(village.rule),
            recorder_id: village.cadre.id,
            recorded_at: at,
            reverses_seq: None,
            alg: chain::ALG_HMAC_SHA256,
            mac: Vec::new(),
        };
        entry.mac = self.chain.link(&head.mac, &entry).to_vec();
        prepared.write(&entry, village, deed, new_id());
        (head.seq, head.mac, head.recorded_at) = (entry.seq, entry.mac, at);
    }
}

impl<'c> Prepared<'c> {
    fn new(connection: &'c Connection) -> Self {
        let prepare = |sql| connection.prepare(sql).unwrap();
        Self {
            award: prepare(AWARD),
            audit: prepare(AUDIT),
            cap_use: prepare(CAP_USE),
            entry: prepare(ENTRY),
            balance: prepare(BALANCE),
            month_total: prepare(MONTH_TOTAL),
            given: prepare(GIVEN),
            head: prepare(HEAD),
        }
    }

    fn write(&mut self, entry: &entry::Model, village: &Village, deed: &Deed<'_>, audit_id: uuid::Uuid) {
        let (village_id, household, award) = (id(&entry.village_id.0), id(&entry.household_id.0), id(&entry.cause_id));
        let (rule_set, rule, recorder) = (id(&village.rule_set.0), id(&village.rule.0), id(&entry.recorder_id.0));
        let (points, at, digest) = (entry.points.0, entry.recorded_at, &entry.cause_digest);
        let (day, month, year) = (&deed.day.text, &deed.day.month, &deed.day.year);
        let row = params![award, village_id, household, rule_set, rule, points, day, month, recorder, digest, at];
        self.award.execute(row).unwrap();
        self.audit.execute(params![id(&audit_id), at, recorder, award, village.grid_path]).unwrap();
        self.cap_use.execute(params![household, rule, year]).unwrap();
        let row = params![
            village_id, entry.seq, household, points, award, digest, month, day, rule_set, rule, recorder, at,
            entry.mac
        ];
        self.entry.execute(row).unwrap();
        self.balance.execute(params![household, village_id, points]).unwrap();
        self.month_total.execute(params![village_id, month, household, points]).unwrap();
        self.given.execute(params![village_id, month, points]).unwrap();
    }
}

fn id(id: &uuid::Uuid) -> &[u8] {
    id.as_bytes()
}
