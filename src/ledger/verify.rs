//! Reading the whole book again: every link of every chain, and every sum that is kept beside it.

use std::collections::BTreeMap;
use std::fmt;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _, QuerySelect as _};

use super::chain::{ALG_HMAC_SHA256, Chain, GENESIS};
use super::entity::{Account, balance, entry, head, month_total};
use crate::error::Result;
use crate::ids::{AreaId, HouseholdId};

/// Entries read at a time: a few megabytes.
const PAGE: u64 = 5_000;
/// SHA-256; the canonical bytes have no length for it.
const DIGEST_BYTES: usize = 32;

/// What cannot be seen from within the database.
pub const BLIND_SPOTS: [&str; 5] = [
    "整本账的末尾被连同余额一起截掉：没有外部留存的锚点就看不出来。",
    "掌握账本密钥的人重写整条链：没有外部留存的锚点就看不出来。",
    "农户的姓名和编号、细则的文字、操作记录：这些不在账里，不在核对之列。",
    "过了保存期删掉的照片：只剩校验码，看不出里面拍了什么。",
    "记的事情是不是真的：账只能证明记了以后没有改过。",
];

/// The first thing found that cannot be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lie {
    /// In which village's book.
    pub village: AreaId,
    /// At which entry; absent when it is a sum or the book's end.
    pub seq: Option<i64>,
    /// Chinese sentence.
    pub what: String,
}

impl fmt::Display for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seq {
            Some(seq) => write!(f, "村 {} 第 {seq} 条：{}", self.village, self.what),
            None => write!(f, "村 {}：{}", self.village, self.what),
        }
    }
}

/// How much was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Villages with an entry.
    pub villages: usize,
    /// Entries, each link recomputed.
    pub entries: u64,
    /// Balances, each recomputed from entries.
    pub balances: usize,
}

/// Reads everything; stops at the first lie. Run it on one snapshot: a transaction, or a server that stands.
///
/// # Errors
/// When the database fails.
pub async fn verify(db: &impl ConnectionTrait, chain: &Chain) -> Result<std::result::Result<Read, Lie>> {
    let mut read = Read::default();
    let mut villages: BTreeMap<AreaId, Option<head::Model>> = BTreeMap::new();
    for head in head::Entity::find().all(db).await? {
        villages.insert(head.village_id, Some(head));
    }
    let written: Vec<AreaId> =
        entry::Entity::find().select_only().column(entry::Column::VillageId).distinct().into_tuple().all(db).await?;
    let summed: Vec<AreaId> = balance::Entity::find()
        .select_only()
        .column(balance::Column::VillageId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    for village in written.into_iter().chain(summed) {
        villages.entry(village).or_default();
    }
    for (village, head) in villages {
        let book = match read_chain(db, chain, village, head).await? {
            Ok(book) => book,
            Err(lie) => return Ok(Err(lie)),
        };
        read.villages += usize::from(book.entries > 0);
        read.entries += book.entries;
        if let Some(lie) = check_sums(db, village, &book).await? {
            return Ok(Err(lie));
        }
        read.balances += book.households.len();
    }
    Ok(Ok(read))
}

#[derive(Default)]
struct Book {
    entries: u64,
    households: BTreeMap<HouseholdId, [i64; 8]>,
    months: BTreeMap<(String, HouseholdId), i64>,
}

async fn read_chain(
    db: &impl ConnectionTrait,
    chain: &Chain,
    village: AreaId,
    head: Option<head::Model>,
) -> Result<std::result::Result<Book, Lie>> {
    let mut book = Book::default();
    let (mut seq, mut mac, mut recorded_at) = (0, GENESIS.to_vec(), i64::MIN);
    let lie = |seq, what: &str| Ok(Err(Lie { village, seq, what: what.to_owned() }));
    loop {
        let page = entry::Entity::find()
            .filter(entry::Column::VillageId.eq(village))
            .filter(entry::Column::Seq.gt(seq))
            .order_by_asc(entry::Column::Seq)
            .limit(PAGE)
            .all(db)
            .await?;
        if page.is_empty() {
            break;
        }
        for entry in page {
            if entry.seq != seq + 1 {
                return lie(Some(seq + 1), "这一条不见了。");
            }
            let whole = entry.alg == ALG_HMAC_SHA256 && entry.cause_digest.len() == DIGEST_BYTES;
            if !whole || chain.link(&mac, &entry).as_slice() != entry.mac {
                return lie(Some(entry.seq), "内容和校验码对不上，被改过。");
            }
            if entry.recorded_at < recorded_at {
                return lie(Some(entry.seq), "时间比前一条还早。");
            }
            book.add(&entry);
            (seq, mac, recorded_at) = (entry.seq, entry.mac, entry.recorded_at);
        }
    }
    match head {
        Some(head) if head.seq == seq && head.mac == mac && head.recorded_at == recorded_at => Ok(Ok(book)),
        None if seq == 0 => Ok(Ok(book)),
        _ => lie(None, "账本末尾和登记的最新一条对不上。"),
    }
}

impl Book {
    fn add(&mut self, entry: &entry::Model) {
        self.entries += 1;
        let sums = self.households.entry(entry.household_id).or_default();
        for (account, points) in [(entry.from_account, -entry.points.0), (entry.to_account, entry.points.0)] {
            if let Some(sum) = sums.get_mut(account as usize) {
                *sum = sum.saturating_add(points);
            }
        }
        let earned = match (entry.from_account, entry.to_account) {
            (Account::Issued, _) => entry.points.0,
            (_, Account::Issued) => -entry.points.0,
            _ => return,
        };
        let month = self.months.entry((entry.period.clone(), entry.household_id)).or_default();
        *month = month.saturating_add(earned);
    }
}

async fn check_sums(db: &impl ConnectionTrait, village: AreaId, book: &Book) -> Result<Option<Lie>> {
    let lie = |what: String| Ok(Some(Lie { village, seq: None, what }));
    let balances = balance::Entity::find().filter(balance::Column::VillageId.eq(village)).all(db).await?;
    if balances.len() != book.households.len() {
        return lie("有余额的户数和账上的户数对不上。".to_owned());
    }
    for row in balances {
        let kept = [row.issued, row.pending, row.base, row.spendable, row.redeemed, row.expired, row.lapsed, row.moved]
            .map(|points| points.0);
        if book.households.get(&row.household_id) != Some(&kept) {
            return lie(format!("户 {} 的余额和逐条相加的结果对不上。", row.household_id));
        }
    }
    let months = month_total::Entity::find().filter(month_total::Column::VillageId.eq(village)).all(db).await?;
    if months.len() != book.months.len() {
        return lie("月度合计的行数和账上的对不上。".to_owned());
    }
    for row in months {
        if book.months.get(&(row.month.clone(), row.household_id)) != Some(&row.points.0) {
            return lie(format!("户 {} 的 {} 合计和逐条相加的结果对不上。", row.household_id, row.month));
        }
    }
    Ok(None)
}
