//! JSON with one reading. What derived readers would let pass is refused: a list in place of an object,
//! a field that stands twice, a day in another spelling than its own.

use std::fmt;

use chrono::NaiveDate;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Error, Map, Value};

/// Stands for all that can be wrong with a day.
pub(super) const WRONG_DATE: &str = "wrong date";
/// What the reader of a [`NaiveDate`] says that it expects.
const A_DATE: &str = "a formatted date string";

/// Whether a reader wants a day, and this is none in its one spelling, `YYYY-MM-DD`.
pub(super) fn is_loose_day<'de>(reader: &impl Visitor<'de>, text: &str) -> bool {
    let is_day = || text.parse::<NaiveDate>().is_ok_and(|day| day.to_string() == text);
    (reader as &dyn Expected).to_string() == A_DATE && !is_day()
}

/// A body as it was sent.
pub(super) struct Body {
    pub(super) value: Value,
    /// Path of the first field that stands twice in its object.
    pub(super) twice: Option<String>,
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Body;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Body, E> {
                Ok(Body::plain(Value::Null))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Body, E> {
                Ok(Body::plain(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Body, E> {
                Ok(Body::plain(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Body, E> {
                Ok(Body::plain(value))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Body, E> {
                Ok(Body::plain(value))
            }

            fn visit_str<E>(self, value: &str) -> Result<Body, E> {
                Ok(Body::plain(value))
            }

            fn visit_string<E>(self, value: String) -> Result<Body, E> {
                Ok(Body::plain(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Body, A::Error> {
                let (mut list, mut first) = (Vec::new(), None);
                while let Some(Body { value, twice }) = elements.next_element()? {
                    first = first.or_else(|| twice.map(|path| below(&format!("[{}]", list.len()), &path)));
                    list.push(value);
                }
                Ok(Body { value: Value::Array(list), twice: first })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Body, A::Error> {
                let (mut object, mut first) = (Map::new(), None);
                while let Some((name, Body { value, twice })) = entries.next_entry::<String, Body>()? {
                    first = first.or_else(|| twice.map(|path| below(&name, &path)));
                    if first.is_none() && object.contains_key(&name) {
                        first = Some(name.clone());
                    }
                    object.insert(name, value);
                }
                Ok(Body { value: Value::Object(object), twice: first })
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Body {
    fn plain(value: impl Into<Value>) -> Self {
        Self { value: value.into(), twice: None }
    }
}

fn below(above: &str, path: &str) -> String {
    if path.starts_with('[') { format!("{above}{path}") } else { format!("{above}.{path}") }
}

/// A value that is read as strictly as this file says.
pub(super) struct Strict(pub(super) Value);

impl IntoDeserializer<'_, Error> for Strict {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Strict {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(list) => {
                let mut elements = SeqDeserializer::new(list.into_iter().map(Strict));
                let value = visitor.visit_seq(&mut elements)?;
                elements.end().map(|()| value)
            }
            Value::Object(object) => {
                let entries = object.into_iter().map(|(name, value)| (name, Strict(value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
            plain => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.is_array() {
            Err(Error::invalid_type(Unexpected::Seq, &visitor))
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if is_loose_day(&visitor, self.0.as_str().unwrap_or_default()) {
            Err(Error::custom(WRONG_DATE))
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}
