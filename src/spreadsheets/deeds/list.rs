//! A long list: one deed on each row.

use super::amount::Written;
use super::day::Calendar;
use super::{CODES, DAYS, DEEDS, DOERS, DOORS, DeedRow, Deeds, HANDLERS, NAMES, NOTES, Named, SHEETS, Spot, Spots};
use crate::awards::submission::{NAME_CHARS_MAX, NOTE_CHARS_MAX, SHEET_CHARS_MAX};
use crate::spreadsheets::heading::{self, Known, Table};
use crate::spreadsheets::reading::{At, Carried};
use crate::spreadsheets::report::{Place, Report};
use crate::spreadsheets::sheet::{Kind, Row, Sheet};

/// A cell of a list holds a name, a number or a word.
const CELL_CHARS_MAX: usize = 60;

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Code,
    Name,
    Door,
    Deed,
    Quantity,
    Degree,
    People,
    Day,
    HandledBy,
    DoneBy,
    Sheet,
    Note,
}

const KNOWN: [Known<Field>; 12] = [
    Known { field: Field::Code, headings: CODES, required: false },
    Known { field: Field::Name, headings: NAMES, required: false },
    Known { field: Field::Door, headings: DOORS, required: false },
    Known { field: Field::Deed, headings: DEEDS, required: true },
    Known { field: Field::Quantity, headings: &["数量", "次数", "数"], required: false },
    Known { field: Field::Degree, headings: &["档次", "级别", "档", "等级"], required: false },
    Known { field: Field::People, headings: &["人数", "几人"], required: false },
    Known { field: Field::Day, headings: DAYS, required: true },
    Known { field: Field::HandledBy, headings: HANDLERS, required: false },
    Known { field: Field::DoneBy, headings: DOERS, required: false },
    Known { field: Field::Sheet, headings: SHEETS, required: false },
    Known { field: Field::Note, headings: NOTES, required: false },
];

/// What stands only where it changes, as if its cells were merged.
#[derive(Default)]
struct Above {
    deed: Carried,
    day: Carried,
    day_kind: Kind,
    household: Named,
    /// Where a household was first filled in from above, and how often.
    filled: Option<(u32, u32)>,
}

/// Reads it. The caller found that there are a household, a deed and a day.
pub(super) fn read(sheet: &Sheet, calendar: Calendar, mut report: Report) -> Deeds {
    let Some(table) = heading::find(sheet, &KNOWN, &mut report) else {
        return Deeds { report, ..Deeds::default() };
    };
    let data = table.data_rows(Field::Deed, &[], &mut report);
    let mut above = Above::default();
    let mut rows = Vec::with_capacity(data.len());
    for row in &data {
        rows.extend(deed(&table, row, &calendar, &mut above, &mut report));
    }
    let first = |field| data.first().and_then(|row| table.at(row, field));
    above.deed.tell(first(Field::Deed), &mut report);
    above.day.tell(first(Field::Day), &mut report);
    let household = first(Field::Code).or_else(|| first(Field::Name));
    if let (Some((row, count)), Some(at)) = (above.filled, household) {
        let what = format!("空着的户照上面一行补上，一共 {count} 行，请核对。");
        report.note(Place { row, ..at.place }, "", "carried_down", what);
    }
    rows.retain(|deed: &DeedRow| !report.refuses(deed.row));
    let headings = table.columns.iter().map(|column| (column.index, column.heading.clone())).collect();
    Deeds { rows_total: data.len() as u32, rows, report, headings }
}

fn deed(
    table: &Table<'_, Field>,
    row: &Row,
    calendar: &Calendar,
    above: &mut Above,
    report: &mut Report,
) -> Option<DeedRow> {
    let at = |field| table.at(row, field);
    let words = |field, chars_max, report: &mut Report| at(field).and_then(|at| at.optional(report, chars_max));
    let (deed_at, day_at) = (at(Field::Deed)?, at(Field::Day)?);
    let rule = above.deed.next(&deed_at, CELL_CHARS_MAX, report);
    let day = above.day.next(&day_at, CELL_CHARS_MAX, report);
    if !day_at.is_blank() {
        above.day_kind = day_at.kind;
    }
    let kind = above.day_kind;
    let day = day.and_then(|day| match calendar.day(&day, kind) {
        Ok(day) => Some(day),
        Err((code, what)) => {
            day_at.error(report, code, what);
            None
        }
    });
    let household_at =
        at(Field::Code).filter(|at| !at.is_blank()).or_else(|| at(Field::Name)).or_else(|| at(Field::Code))?;
    let said = Named {
        code: words(Field::Code, CELL_CHARS_MAX, report),
        name: words(Field::Name, CELL_CHARS_MAX, report),
        door: words(Field::Door, CELL_CHARS_MAX, report),
    };
    let household = whose(said, &household_at, above, report);
    let text = |field| at(field).map(|at| at.text.to_owned()).unwrap_or_default();
    let amount = Written {
        cell: text(Field::Quantity),
        degree: text(Field::Degree),
        people: text(Field::People),
        of_list: true,
    };
    let done_by = words(Field::DoneBy, NAME_CHARS_MAX, report);
    let handled_by = words(Field::HandledBy, NAME_CHARS_MAX, report);
    let sheet = words(Field::Sheet, SHEET_CHARS_MAX, report);
    let note = words(Field::Note, NOTE_CHARS_MAX, report);
    let spot = |at: &At<'_>| -> Spot { (at.place.row, at.place.column) };
    let or_deed = |field: Field| at(field).map_or_else(|| spot(&deed_at), |at| spot(&at));
    let amount_at = [Field::Quantity, Field::Degree, Field::People].into_iter().find_map(at);
    Some(DeedRow {
        row: row.number,
        household: household?,
        rule: rule?,
        amount,
        day: day?,
        handled_by,
        done_by,
        sheet,
        note,
        at: Spots {
            household: spot(&household_at),
            rule: spot(&deed_at),
            amount: amount_at.map_or_else(|| spot(&deed_at), |at| spot(&at)),
            day: spot(&day_at),
            note: or_deed(Field::Note),
        },
    })
}

/// The household of a row, or the one above where the row names none.
fn whose(said: Named, at: &At<'_>, above: &mut Above, report: &mut Report) -> Option<Named> {
    if said.code.is_some() || said.name.is_some() {
        above.household = said.clone();
        return Some(said);
    }
    if above.household == Named::default() || said.door.is_some() {
        at.error(report, "household_missing", "没有写是哪一户，请补上户编号或户主。");
        return None;
    }
    let (first, count) = above.filled.unwrap_or((at.place.row, 0));
    above.filled = Some((first, count + 1));
    Some(above.household.clone())
}
