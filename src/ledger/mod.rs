//! The book: double entry per household, append-only, one chain a village.

pub mod entity;
mod reading;

pub use entity::{Account, CauseKind};
pub use reading::{Balances, balances, cap_uses, month_points, months};
