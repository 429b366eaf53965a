//! What became of the deeds of a file, said in the words of its cells.

use super::Item;
use crate::awards::alike::Alike;
use crate::awards::{ID_TAKEN, IN_FUTURE, RULE_NOT_IN_FORCE, RULE_NOT_RECORDED, Status, Submitted};
use crate::clock::day_of;
use crate::error::{Error, NOT_FOUND, Result};
use crate::households;
use crate::spreadsheets::deeds::{DeedRow, Deeds, Spot};

/// Rows that a message about many names.
const ROWS_NAMED_MAX: usize = 5;

/// Why an award waits, or counts otherwise than somebody may expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remark {
    Deduction,
    OwnHousehold,
    Proof,
    Overdue,
    Review,
    Late,
    Clipped,
}

impl Remark {
    const ALL: [Self; 7] =
        [Self::Deduction, Self::OwnHousehold, Self::Proof, Self::Overdue, Self::Review, Self::Late, Self::Clipped];

    fn code(self) -> &'static str {
        match self {
            Self::Deduction => "waits_deduction",
            Self::OwnHousehold => "waits_own_household",
            Self::Proof => "waits_proof",
            Self::Overdue => "waits_overdue",
            Self::Review => "waits_review",
            Self::Late => "counts_late",
            Self::Clipped => "clipped",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Deduction => "是扣分，要评议以后才算",
            Self::OwnHousehold => "是您自己家的，要别人通过才算",
            Self::Proof => "要看过证明才算",
            Self::Overdue => "过了补录的期限，要评议以后才算",
            Self::Review => "要评议以后才算",
            Self::Late => "那个月已经结了，算在现在的月份里，记着是补录",
            Self::Clipped => "到了上限，只算一部分或不加分",
        }
    }
}

/// What came of the deeds.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) created: usize,
    pub(super) unchanged: usize,
    pub(super) waiting: usize,
    remarks: Vec<(Remark, Spot)>,
}

impl Tally {
    /// Deeds without an error.
    pub(super) fn fair(&self) -> usize {
        self.created + self.unchanged
    }

    /// One was taken in, or had been before.
    pub(super) fn took(&mut self, deeds: &mut Deeds, item: &Item, submitted: &Submitted) {
        let Some(at) = deeds.rows.get(item.row).map(|row| row.at.amount) else { return };
        let award = &submitted.award.award;
        if submitted.replayed {
            self.unchanged += 1;
            let Some(gone) = gone(award.status) else { return };
            let what = format!("这一条以前记过，后来{gone}了，没有再记；真要再记，请换一个单号。");
            deeds.note(at, "", "taken_back_before", what);
            return;
        }
        self.created += 1;
        if award.status == Status::Submitted {
            self.waiting += 1;
            let why = if item.deducts {
                Remark::Deduction
            } else if award.own_household {
                Remark::OwnHousehold
            } else if award.proof_pending {
                Remark::Proof
            } else if item.is_overdue {
                Remark::Overdue
            } else {
                Remark::Review
            };
            self.remarks.push((why, at));
        } else if award.late {
            self.remarks.push((Remark::Late, at));
        }
        if award.clipped.0 > 0 {
            self.remarks.push((Remark::Clipped, at));
        }
    }

    /// Says of each kind how many there are and where the first of them stand.
    pub(super) fn tell(&self, deeds: &mut Deeds) {
        for remark in Remark::ALL {
            let of_kind: Vec<Spot> =
                self.remarks.iter().filter(|(kind, _)| *kind == remark).map(|(_, at)| *at).collect();
            let Some(first) = of_kind.first() else { continue };
            let mut rows: Vec<u32> = of_kind.iter().map(|(row, _)| *row).collect();
            rows.dedup();
            let named: Vec<String> = rows.iter().take(ROWS_NAMED_MAX).map(u32::to_string).collect();
            let more = if rows.len() > ROWS_NAMED_MAX { "等" } else { "" };
            let what = format!("有 {} 条{}（第 {} 行{more}）。", of_kind.len(), remark.sentence(), named.join("、"));
            deeds.note(*first, "", remark.code(), what);
        }
    }
}

/// How an award came to count no more.
fn gone(status: Status) -> Option<&'static str> {
    match status {
        Status::Withdrawn => Some("撤回"),
        Status::Rejected => Some("评议没有通过"),
        Status::Reversed => Some("改正"),
        Status::Submitted | Status::Returned | Status::Posted => None,
    }
}

/// Who recorded an award, when, and what has become of it.
pub(super) fn by_whom(Alike { award, recorder_name }: &Alike) -> String {
    let on = day_of(award.recorded_at).format("%-m月%-d日");
    let sheet = award.sheet.as_ref().map(|sheet| format!("（纸单 {sheet} 号）")).unwrap_or_default();
    let now = match award.status {
        Status::Posted => String::new(),
        Status::Submitted | Status::Returned => "，在等评议".to_owned(),
        status => format!("，后来{}了", gone(status).unwrap_or_default()),
    };
    format!("{recorder_name} {on}已经记过{sheet}{now}")
}

/// Reports why a deed was refused; fails only when that is nobody's fault who sent the file.
pub(super) fn refused(deeds: &mut Deeds, item: &Item, error: Error, taken: &[Alike]) -> Result<()> {
    let Some(row) = deeds.rows.get(item.row).cloned() else { return Ok(()) };
    let Error::Refused(refusal, problems) = error else { return Err(error) };
    if refusal == ID_TAKEN {
        let known = taken.iter().find(|one| one.award.id == item.submission.id);
        let said = known.map_or_else(
            || "这一格以前记过别的数".to_owned(),
            |one| format!("{}，是 {}，和这一格不一样", by_whom(one), one.award.quantity),
        );
        let what = format!("{said}，没有改。记错了请在系统里改正；真是另一件事，请换一个单号。");
        deeds.error(row.at.amount, &row.amount.cell, "already_recorded", what);
        return Ok(());
    }
    let field = problems.first().map(|problem| problem.field.to_string()).unwrap_or_default();
    let at = match refusal {
        IN_FUTURE => row.at.day,
        RULE_NOT_IN_FORCE | RULE_NOT_RECORDED => row.at.rule,
        NOT_FOUND | households::HOUSEHOLD_CLOSED => row.at.household,
        _ => spot(&row, &field),
    };
    let code = if refusal.code == "invalid" { "deed_invalid" } else { refusal.code };
    let said = problems.iter().find(|_| refusal.code == "invalid").map(|problem| problem.message.to_string());
    let value = if at == row.at.amount { row.amount.cell.as_str() } else { "" };
    deeds.error(at, value, code, said.unwrap_or_else(|| refusal.title.to_owned()));
    Ok(())
}

/// Where a field of an award stands.
pub(super) fn spot(row: &DeedRow, field: &str) -> Spot {
    match field {
        "occurred_on" => row.at.day,
        "rule_id" => row.at.rule,
        "household_id" => row.at.household,
        "note" => row.at.note,
        _ => row.at.amount,
    }
}
