//! How much of a deed a cell says, under the rule that judges it.

use crate::hundredths::Hundredths;
use crate::rules::Rule;
use crate::rules::terms::{PEOPLE_MAX, Shape};
use crate::spreadsheets::report::shown;
use crate::spreadsheets::text::{compact, folded};

/// Signs for "it was done".
const TICKS: [char; 7] = ['√', '✓', '✔', '☑', '对', '有', '是'];
/// What stands where nothing was done.
const NOTHING: [&str; 6] = ["", "-", "—", "–", "/", "无"];

/// What stands in the sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The cell of a grid, or the quantity of a list.
    pub cell: String,
    /// 档次 of a list.
    pub degree: String,
    /// 人数 of a list.
    pub people: String,
    /// It is a list, where a blank quantity is one.
    pub of_list: bool,
}

/// What it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::spreadsheets) struct Said {
    pub(in crate::spreadsheets) quantity: Option<Hundredths>,
    pub(in crate::spreadsheets) degree: Option<String>,
    pub(in crate::spreadsheets) people: Option<u32>,
}

/// Why it says nothing: code and sentence.
type Wrong = (&'static str, String);

/// Whether a cell of a grid says that nothing was done.
pub(super) fn is_nothing(cell: &str, inspects: bool) -> bool {
    let text = plain(cell);
    NOTHING.contains(&text.as_str()) || text == "0" && !inspects
}

/// Whether a cell looks like those of a deed.
pub(super) fn is_mark(cell: &str) -> bool {
    let text = plain(cell);
    let ticks = !text.is_empty() && text.chars().all(|c| TICKS.contains(&c));
    ticks || text.len() <= 5 && Hundredths::parse(&text).is_some()
}

/// Reads it.
pub(in crate::spreadsheets) fn read(written: &Written, rule: &Rule) -> Result<Said, Wrong> {
    let (terms, cell) = (&rule.terms, plain(&written.cell));
    let degrees = terms.shape.degrees();
    let mut said = Said::default();
    let mut number = cell.as_str();
    if !written.degree.trim().is_empty() {
        said.degree = Some(degree(&plain(&written.degree), rule)?);
    } else if !degrees.is_empty() && !written.of_list {
        // `县`, `县2`, `县×2`
        let name = cell.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || "×xX*".contains(c));
        said.degree = Some(degree(name, rule)?);
        number = cell[name.len()..].trim_start_matches(['×', 'x', 'X', '*']);
    }
    let people = plain(&written.people);
    let people = people.trim_end_matches(['人', '口']);
    if !people.is_empty() {
        said.people = Some(heads(people)?);
    }
    let number = number.strip_suffix(compact(terms.counted()).as_str()).unwrap_or(number);
    let counts_heads = terms.per_person && !written.of_list && degrees.is_empty();
    let number = if counts_heads { number.trim_end_matches(['人', '口']) } else { number };
    let ticks = number.chars().count();
    let ticked = !number.is_empty() && number.chars().all(|c| TICKS.contains(&c));
    let amount = matches!(terms.shape, Shape::Bands { .. });
    if number.is_empty() || ticked {
        if amount {
            return Err(("quantity_missing", format!("这一项要写多少{}，请补上数字。", terms.counted())));
        }
        if terms.shape.inspects() {
            return Err(("quantity_missing", "评比要写几处不合格，没有就写 0。".to_owned()));
        }
        // One is what a rule takes when nothing is said.
        if ticks > 1 {
            said.quantity = i64::try_from(ticks).ok().map(Hundredths::whole);
        }
        return Ok(said);
    }
    if counts_heads {
        // The grid has one number, and what differs from household to household is how many came.
        said.people = Some(heads(number)?);
        return Ok(said);
    }
    let quantity = Hundredths::parse(number);
    let unclear = || format!("「{}」看不出是多少，请写数字，做了一次也可以打 √，没有就空着。", shown(&written.cell));
    said.quantity = Some(quantity.ok_or_else(|| ("quantity_unclear", unclear()))?);
    Ok(said)
}

/// How many came.
fn heads(text: &str) -> Result<u32, Wrong> {
    let heads = text.parse().ok().filter(|heads| (1..=PEOPLE_MAX).contains(heads));
    heads.ok_or_else(|| ("people_out_of_range", format!("这一项按人数算，要写 1 到 {PEOPLE_MAX} 的整数。")))
}

/// The degree of a name, or of what it begins with, or which begins with it: 县级 for 县.
fn degree(written: &str, rule: &Rule) -> Result<String, Wrong> {
    let degrees = rule.terms.shape.degrees();
    let names = || degrees.iter().map(|degree| degree.name.as_str()).collect::<Vec<_>>().join("、");
    if degrees.is_empty() {
        return Err(("degree_unknown", "这一项不分档，请不要写档次。".to_owned()));
    }
    if written.is_empty() {
        return Err(("degree_missing", format!("这一项分档，请写是哪一档：{}。", names())));
    }
    let exact = degrees.iter().find(|degree| plain(&degree.name) == written);
    let mut near = degrees.iter().filter(|degree| {
        let name = plain(&degree.name);
        written.starts_with(&name) || name.starts_with(written)
    });
    let found = exact.or_else(|| near.next().filter(|_| near.next().is_none()));
    let unknown = || format!("没有「{}」这一档，只有：{}。", shown(written), names());
    found.map(|degree| degree.name.clone()).ok_or_else(|| ("degree_unknown", unknown()))
}

fn plain(text: &str) -> String {
    compact(&folded(text))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Said, Written, is_mark, is_nothing, read};
    use crate::hundredths::Hundredths;
    use crate::ids::RuleId;
    use crate::rules::Rule;
    use crate::rules::terms::{Degree, Shape, Terms};

    fn rule(terms: Terms) -> Rule {
        let (category, name) = ("公益".to_owned(), "好事".to_owned());
        Rule { id: RuleId(Uuid::nil()), position: 1, category, name, terms }
    }

    fn cell(text: &str) -> Written {
        Written { cell: text.to_owned(), ..Written::default() }
    }

    #[test]
    fn a_cell_says_a_number_a_tick_or_a_degree() {
        let hours = rule(Terms { unit: "小时".into(), ..Terms::default() });
        for (text, quantity) in
            [("√", None), ("✓", None), ("1", Some(100)), ("２", Some(200)), ("2.5小时", Some(250)), ("√√", Some(200))]
        {
            let said = Said { quantity: quantity.map(Hundredths), ..Said::default() };
            assert_eq!(read(&cell(text), &hours), Ok(said), "{text}");
        }
        assert_eq!(read(&cell("两次"), &hours).unwrap_err().0, "quantity_unclear");
        let named = |name: &str| Degree { name: name.into(), points: Hundredths::ONE };
        let degrees =
            rule(Terms { shape: Shape::Degrees { degrees: vec![named("村"), named("县")] }, ..Terms::default() });
        for (text, name, quantity) in
            [("县", "县", None), ("县级", "县", None), ("村2", "村", Some(200)), ("县×2", "县", Some(200))]
        {
            let said = Said { degree: Some(name.into()), quantity: quantity.map(Hundredths), ..Said::default() };
            assert_eq!(read(&cell(text), &degrees), Ok(said), "{text}");
        }
        assert_eq!(read(&cell("√"), &degrees).unwrap_err().0, "degree_unknown");
        assert_eq!(read(&cell("2"), &degrees).unwrap_err().0, "degree_missing");
    }

    #[test]
    fn where_a_rule_counts_people_a_cell_of_a_grid_says_how_many_came() {
        let family = rule(Terms { per_person: true, ..Terms::default() });
        assert_eq!(read(&cell("3"), &family), Ok(Said { people: Some(3), ..Said::default() }));
        assert_eq!(read(&cell("3人"), &family), Ok(Said { people: Some(3), ..Said::default() }));
        assert_eq!(read(&cell("√"), &family), Ok(Said::default()));
        assert_eq!(read(&cell("100"), &family).unwrap_err().0, "people_out_of_range");
        let listed = Written { cell: "2".into(), people: "3人".into(), of_list: true, ..Written::default() };
        let both = Said { people: Some(3), quantity: Some(Hundredths::whole(2)), degree: None };
        assert_eq!(read(&listed, &family), Ok(both));
    }

    #[test]
    fn zero_is_nothing_but_on_a_round_and_a_round_asks_for_a_number() {
        assert!(is_nothing(" — ", true) && is_nothing("0", false) && !is_nothing("0", true) && !is_nothing("√", false));
        assert!(is_mark("√") && is_mark("12") && !is_mark("13274429896") && !is_mark("外出") && !is_mark(""));
        let shape = Shape::Inspection { full_marks: Hundredths::whole(10), points_per_spot: Hundredths::whole(2) };
        let round = rule(Terms { shape, ..Terms::default() });
        assert_eq!(read(&cell("0"), &round), Ok(Said { quantity: Some(Hundredths::ZERO), ..Said::default() }));
        assert_eq!(read(&cell("√"), &round).unwrap_err().0, "quantity_missing");
        let gift = rule(Terms { shape: Shape::Bands { bands: vec![] }, unit: "元".into(), ..Terms::default() });
        assert_eq!(read(&cell("√"), &gift).unwrap_err().0, "quantity_missing");
        assert_eq!(read(&cell("200元"), &gift), Ok(Said { quantity: Some(Hundredths::whole(200)), ..Said::default() }));
    }
}
