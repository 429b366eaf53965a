//! A proof that is no photo, recorded as what it is: a certificate, what both sides say, what the committee
//! decided. It is named by its recorder; whoever reviews the award judges it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Award;
use crate::error::{Error, FieldProblem};
use crate::rules::Rule;
use crate::rules::terms::Proof;
use crate::words;

/// Longest name of a proof, in characters: what a certificate says and who gave it.
pub const PROOF_CHARS_MAX: usize = 60;

/// What was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AwardProof)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// One of the rule's `proofs`, other than `none` and `photo`.
    pub kind: Proof,
    /// Which one, up to 60 characters.
    #[schema(example = "县文明办 2026 年奖状")]
    pub words: String,
}

impl Shown {
    /// As an award keeps it.
    pub(super) fn of(award: &Award) -> Option<Self> {
        Some(Self { kind: award.proof_kind?, words: award.proof_words.clone()? })
    }

    /// With its words tidied; one problem a field.
    pub(super) fn parsed(self, problems: &mut Vec<FieldProblem>) -> Self {
        if !self.kind.is_said() {
            problems.push(FieldProblem::new("proof.kind", "unknown", "照片请直接拍，这里选别的证明。"));
        }
        let advice = "请写明是什么证明，例如哪一张证书、双方是谁、哪天定的。";
        let words = words::required("proof.words", Some(&self.words), PROOF_CHARS_MAX, advice, problems);
        Self { kind: self.kind, words }
    }

    /// A proof that the rule does not know proves nothing.
    pub(super) fn fits(shown: Option<&Self>, rule: &Rule) -> Result<(), Error> {
        match shown {
            Some(shown) if !rule.terms.proofs.contains(&shown.kind) => {
                Err(Error::field("proof.kind", "unknown", "细则里这一项不认这种证明，请换一种。"))
            }
            _ => Ok(()),
        }
    }
}
