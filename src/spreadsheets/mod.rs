//! Tables as villages keep them: bytes in, parsed rows and problems out, and from there into the book;
//! and a table of rules or an empty grid out again.
//!
//! Reading is pure: no database, no HTTP. `sheet::read` makes a [`sheet::Sheet`] of text cells from xlsx or csv; `heading` finds the header
//! row and says which column is which; `roster` and `rules_table` read the rows into types; `desk`
//! does so on threads of its own. `imports` brings the rows in. `wording` says a rule in the words that
//! `rules_table` reads, and `exports` makes a file of them. `deeds` reads what was written on paper, `recording`
//! brings it into the book, and `month_sheet` makes an empty grid for it.
//!
//! Invariants:
//! - A hostile file costs little: sizes are checked before anything is inflated, and again while it is.
//! - Numbers of ID and bank cards leave this room nowhere: not in a row, a problem or a message.
//! - Nothing is lost in silence: whatever is not kept has a problem that names its cell.
//! - A row with an error is not among the rows; a note never keeps a row out.
//! - An import writes all rows or none, unless the caller wants those without errors alone; the same
//!   file twice changes nothing.
//! - Formulas are never evaluated nor kept: only the plain value that the file shows. None is written.
//! - A table of rules that was written here reads back as the very same rules.
//! - A deed on paper has an identity made of what it says, so that the same file records nothing twice.

pub mod deeds;
pub mod desk;
pub mod exports;
pub mod heading;
pub mod imports;
pub mod month_sheet;
pub mod recording;
pub mod report;
pub mod roster;
pub mod routes;
pub mod rules_table;
pub mod sheet;

mod delimited;
mod forbidden;
mod grids;
mod options;
mod package;
mod particulars;
mod reading;
mod shapes;
mod text;
mod wording;
mod workbook;
