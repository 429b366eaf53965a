//! The book: double entry per household, append-only, one chain a village.
//!
//! Invariants: an entry moves points (none for a deed that came to nothing) from one account of a
//! household to another, so a household's accounts add to zero; entries are never changed or removed, a mistake is corrected by
//! an opposite entry; a cause posts once and an entry is reversed once (unique indexes); balances,
//! month totals, what a village gives in a month, cap uses and the chain's head change in the transaction that posts; numbers run
//! without gaps and server time never runs backwards within a village; only this room writes points.

pub mod chain;
pub mod entity;
mod given;
mod posting;
mod reading;
pub mod verify;

pub use chain::Chain;
pub use entity::{Account, CauseKind};
pub use given::{Given, VillageMonth, all_given, given};
pub use posting::{CapKey, OpenBook, Pen, Posting, open};
pub use reading::{Balances, balances, cap_uses, earned, entries, entry_of, month_points, months, numbers_after};
