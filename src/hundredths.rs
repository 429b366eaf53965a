//! Points and quantities: integer hundredths inside, a number with at most two decimals in JSON.

use std::borrow::Cow;
use std::fmt;

use sea_orm::DeriveValueType;
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// The largest absolute value that is read from outside, in whole units. Sums of a village over a
/// lifetime stay far below what 64 bits hold.
const WHOLE_MAX: i64 = 1_000_000_000;

/// What reading one expects.
pub const EXPECTED: &str = "a number with at most two decimals";

/// A count of hundredths: of a point, or of the unit that a quantity counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Hundredths(pub i64);

impl Hundredths {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One whole.
    pub const ONE: Self = Self(100);

    /// Whole units.
    pub const fn whole(units: i64) -> Self {
        Self(units * 100)
    }

    /// Reads `5`, `0.5` or `-2.25`: plain decimal digits, at most two after the point.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix(['-', '+']) {
            Some(rest) => (text.starts_with('-'), rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 2 || !plain(whole) || !plain(fraction) {
            return None;
        }
        let whole: i64 = whole.parse().ok().filter(|whole| *whole <= WHOLE_MAX)?;
        let fraction: i64 = format!("{fraction:0<2}").parse().ok()?;
        let value = whole * 100 + fraction;
        Some(Self(if negative { -value } else { value }))
    }

    fn from_f64(value: f64) -> Option<Self> {
        let rounded = (value * 100.0).round();
        // A decimal of at most two places is the number nearest to a whole count of hundredths, and so is the quotient.
        (rounded / 100.0 == value && value.abs() <= WHOLE_MAX as f64).then_some(Self(rounded as i64))
    }
}

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, value) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        match value % 100 {
            0 => write!(f, "{sign}{}", value / 100),
            tens if tens % 10 == 0 => write!(f, "{sign}{}.{}", value / 100, tens / 10),
            both => write!(f, "{sign}{}.{both:02}", value / 100),
        }
    }
}

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 100 == 0 {
            serializer.serialize_i64(self.0 / 100)
        } else {
            serializer.serialize_f64(self.0 as f64 / 100.0)
        }
    }
}

impl<'de> Deserialize<'de> for Hundredths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Hundredths;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Hundredths, E> {
                if value.abs_diff(0) <= WHOLE_MAX.unsigned_abs() {
                    Ok(Hundredths::whole(value))
                } else {
                    Err(E::invalid_value(Unexpected::Signed(value), &self))
                }
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Hundredths, E> {
                i64::try_from(value)
                    .map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
                    .and_then(|value| self.visit_i64(value))
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Hundredths, E> {
                Hundredths::from_f64(value).ok_or_else(|| E::invalid_value(Unexpected::Float(value), &self))
            }
        }
        deserializer.deserialize_any(Number)
    }
}

impl utoipa::PartialSchema for Hundredths {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .multiple_of(Some(0.01))
            .description(Some("A number with at most two decimals."))
            .examples([serde_json::json!(5)])
            .into()
    }
}

impl utoipa::ToSchema for Hundredths {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Hundredths")
    }
}

#[cfg(test)]
mod tests {
    use super::Hundredths;

    #[test]
    fn decimals_round_trip_through_json() {
        for (text, hundredths) in [
            ("5", 500),
            ("0.5", 50),
            ("-2.25", -225),
            ("0.07", 7),
            ("123456.78", 12_345_678),
            ("999999999.99", 99_999_999_999),
        ] {
            let value: Hundredths = serde_json::from_str(text).unwrap();
            assert_eq!(value, Hundredths(hundredths));
            assert_eq!(serde_json::to_string(&value).unwrap(), text);
            assert_eq!(Hundredths::parse(text), Some(value));
            assert_eq!(value.to_string(), text);
        }
    }

    #[test]
    fn a_third_decimal_a_huge_number_and_words_are_refused() {
        for text in [
            "0.001",
            "1.0000004",
            "0.070000001",
            "1e300",
            "9999999999",
            "-1000000001",
            "\"5\"",
            "null",
            "99999999999999999999",
        ] {
            assert!(serde_json::from_str::<Hundredths>(text).is_err(), "{text}");
        }
        for text in ["", ".5", "1.234", "三", "1e3", "--1", "99999999999999999999"] {
            assert_eq!(Hundredths::parse(text), None, "{text}");
        }
    }
}
