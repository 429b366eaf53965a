//! Tables of rules.

pub mod terms;
