//! Strict JSON for what comes from outside: duplicate members, deep nesting and large objects are refused.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

const MAX_DEPTH: usize = 32;
const MAX_MEMBERS: usize = 200;

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not one JSON object and nothing behind it.
    Malformed,
    /// An object names a member twice.
    Duplicate,
    /// It is nested too deeply, or has too many members.
    TooLarge,
}

/// Reads one JSON object and nothing behind it.
pub(crate) fn strict_object(bytes: &[u8]) -> Result<Map<String, Value>, Fault> {
    let fault = Cell::new(Fault::Malformed);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = Strict { depth: 0, fault: &fault }.deserialize(&mut deserializer);
    match (read, deserializer.end()) {
        (Ok(Value::Object(object)), Ok(())) => Ok(object),
        _ => Err(fault.get()),
    }
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    fault: &'a Cell<Fault>,
}

impl Strict<'_> {
    fn refuse<E: Error>(self, fault: Fault) -> E {
        self.fault.set(fault);
        E::custom("refused")
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth < MAX_DEPTH {
            Ok(Self { depth: self.depth + 1, ..self })
        } else {
            Err(self.refuse(Fault::TooLarge))
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without duplicate members")
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.len() == MAX_MEMBERS {
                return Err(self.refuse(Fault::TooLarge));
            }
            if object.insert(name, value).is_some() {
                return Err(self.refuse(Fault::Duplicate));
            }
        }
        Ok(Value::Object(object))
    }
}
