//! Medians with what they lie between.

use std::fmt;

/// Figures of all rounds.
pub struct Figures(Vec<f64>);

impl Figures {
    /// One figure a round.
    pub fn new(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        Self(figures)
    }

    /// This side against another, round by round.
    pub fn ratios(ours: &[f64], theirs: &[f64]) -> Self {
        Self::new(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect())
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }
}

/// `median  (min – max)`, with the decimals asked for.
impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(0);
        let (least, most) = (self.0[0], self.0[self.0.len() - 1]);
        write!(f, "{:>9.decimals$}  ({least:.decimals$} – {most:.decimals$})", self.median())
    }
}

/// The figure that so many of a hundred do not exceed.
pub fn percentile(sorted: &[u32], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().map_or(0.0, f64::from)
}
