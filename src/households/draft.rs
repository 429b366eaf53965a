//! What somebody typed or a file holds, and what it becomes once it is parsed.

use super::entity::{Status, Tags};
use super::fields::{self, Door, Fault, MISSING};
use super::phone::Phone;
use crate::error::{Error, FieldProblem, INVALID, Result};
use crate::ids::AreaId;

/// Fields of a household, unchecked. Absent: nothing is said, so what is stored stays. Blank: there
/// is nothing, so what is stored goes.
#[derive(Clone, Default)]
pub struct Draft {
    /// When given, must be the grid's village.
    pub village_id: Option<AreaId>,
    /// The grid it stands in.
    pub grid_id: Option<AreaId>,
    /// 1 to 20 letters, digits and hyphens. Only for a new household.
    pub code: Option<String>,
    /// 1 to 20 characters.
    pub name: Option<String>,
    /// Up to 20 characters.
    pub alias: Option<String>,
    /// 1 to 99.
    pub size: Option<i64>,
    /// `19号` or `19`.
    pub door: Option<String>,
    /// Up to 100 characters.
    pub address: Option<String>,
    /// Mobile or landline.
    pub phone: Option<String>,
    /// Resident unless said otherwise.
    pub status: Option<Status>,
    /// Up to 10 of up to 10 characters; replaces all tags, hidden ones included.
    pub tags: Option<Vec<String>>,
    /// Join the tags that are stored, or those in [`Draft::tags`], as long as there is room for them.
    pub more_tags: Vec<String>,
}

/// A change of a household that was parsed.
#[derive(Clone, Debug, Default)]
pub struct HouseholdChange {
    pub(super) grid_id: Option<AreaId>,
    pub(super) name: Option<String>,
    pub(super) alias: Option<Option<String>>,
    pub(super) size: Option<i32>,
    pub(super) door: Option<Door>,
    pub(super) address: Option<Option<String>>,
    pub(super) phone: Option<Option<Phone>>,
    pub(super) status: Option<Status>,
    pub(super) tags: Option<Tags>,
    pub(super) more_tags: Tags,
}

/// A new household that was parsed, or a row of a roster.
#[derive(Clone, Debug)]
pub struct NewHousehold {
    pub(super) village_id: Option<AreaId>,
    pub(super) grid_id: AreaId,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) size: i32,
    /// Everything, `name` and `size` included.
    pub(super) said: HouseholdChange,
}

impl NewHousehold {
    /// Checks all fields; grid, code, name and size must be said.
    ///
    /// # Errors
    /// A problem for each field that is wrong. None repeats what was typed.
    pub fn parse(draft: Draft) -> Result<Self> {
        let mut problems = Problems::default();
        let (village_id, grid_id) = (draft.village_id, draft.grid_id);
        let code = problems.note("code", draft.code.as_deref().map_or(Err(MISSING), fields::code));
        for (field, missing) in
            [("grid_id", grid_id.is_none()), ("name", draft.name.is_none()), ("size", draft.size.is_none())]
        {
            problems.note(field, if missing { Err(MISSING) } else { Ok(()) });
        }
        let said = problems.change(draft);
        match (problems.none()?, grid_id, code, said.name.clone(), said.size) {
            ((), Some(grid_id), Some(code), Some(name), Some(size)) => {
                Ok(Self { village_id, grid_id, code, name, size, said })
            }
            _ => Err(Error::Internal("a household without problems lacks a field".to_owned())),
        }
    }

    /// The code as it is stored.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The grid it stands in.
    pub fn grid_id(&self) -> AreaId {
        self.grid_id
    }

    /// The same household in another grid.
    #[must_use]
    pub fn in_grid(mut self, grid_id: AreaId) -> Self {
        self.grid_id = grid_id;
        self.said.grid_id = Some(grid_id);
        self
    }
}

impl HouseholdChange {
    /// Checks the fields that are said. Code and village never change and are not looked at.
    ///
    /// # Errors
    /// A problem for each field that is wrong. None repeats what was typed.
    pub fn parse(draft: Draft) -> Result<Self> {
        let mut problems = Problems::default();
        let change = problems.change(draft);
        problems.none()?;
        Ok(change)
    }
}

#[derive(Default)]
struct Problems(Vec<FieldProblem>);

impl Problems {
    fn note<T>(&mut self, field: &'static str, outcome: Result<T, Fault>) -> Option<T> {
        outcome.map_err(|(code, message)| self.0.push(FieldProblem::new(field, code, message))).ok()
    }

    fn none(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Refused(INVALID, self.0)) }
    }

    fn change(&mut self, draft: Draft) -> HouseholdChange {
        HouseholdChange {
            grid_id: draft.grid_id,
            name: draft.name.and_then(|text| self.note("name", fields::name(&text))),
            alias: draft.alias.and_then(|text| self.note("alias", fields::alias(&text))),
            size: draft.size.and_then(|size| self.note("size", fields::people(size))),
            door: draft.door.and_then(|text| self.note("door", fields::door(&text))),
            address: draft.address.and_then(|text| self.note("address", fields::address(&text))),
            phone: draft.phone.and_then(|text| self.note("phone", fields::phone(&text))),
            status: draft.status,
            tags: draft.tags.and_then(|tags| self.note("tags", fields::tags(&tags))),
            more_tags: self.note("tags", fields::tags(&draft.more_tags)).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Draft {
        Draft {
            grid_id: Some(AreaId(uuid::Uuid::nil())),
            code: Some("ｌｊｐ 0001".into()),
            name: Some("陈  小正".into()),
            size: Some(4),
            ..Draft::default()
        }
    }

    fn problems(draft: Draft) -> Vec<(String, String)> {
        let error = NewHousehold::parse(draft).unwrap_err();
        assert_eq!(error.refusal(), INVALID);
        error.fields().iter().map(|problem| (problem.field.clone(), problem.code.to_string())).collect()
    }

    #[test]
    fn codes_and_names_have_one_spelling() {
        let new = NewHousehold::parse(full()).unwrap();
        assert_eq!((new.code(), new.name.as_str(), new.size), ("LJP0001", "陈小正", 4));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let found = problems(Draft {
            code: Some("LJP 00/1".into()),
            name: Some(" ".into()),
            alias: Some("一".repeat(21)),
            size: Some(-2),
            door: Some("1234567号".into()),
            address: Some("\u{7}".into()),
            phone: Some("0735-7722xxx".into()),
            tags: Some(vec!["一".repeat(11)]),
            ..Draft::default()
        });
        let mut fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["address", "alias", "code", "door", "grid_id", "name", "phone", "size", "tags"]);
    }

    #[test]
    fn an_identity_number_is_refused_everywhere_and_never_repeated() {
        for id in [
            "431022196708172836",
            "43102219678720136X",
            "4310 2219 6708 1728 36",
            "４３１０２２１９６７０８１７２８３６",
            "431022670817283",
        ] {
            let text = || Some(format!("甲{id}乙"));
            let draft = Draft {
                code: Some(id.replace(' ', "-")),
                name: text(),
                alias: text(),
                door: text(),
                address: text(),
                phone: Some(id.into()),
                tags: Some(vec![text().unwrap()]),
                ..full()
            };
            let error = NewHousehold::parse(draft).unwrap_err();
            assert_eq!(error.fields().len(), 7, "{id}");
            for problem in error.fields() {
                assert_eq!(problem.code, "id_number", "{id} as {}", problem.field);
                assert!(!problem.message.contains("4310"));
            }
        }
    }

    #[test]
    fn a_blank_clears_and_silence_keeps() {
        let change =
            HouseholdChange::parse(Draft { alias: Some(" ".into()), phone: Some(String::new()), ..Draft::default() });
        let change = change.unwrap();
        assert_eq!((change.alias, change.phone), (Some(None), Some(None)));
        assert_eq!((change.address, change.name), (None, None));
    }
}
