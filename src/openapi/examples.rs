//! An example of every JSON body, put together from the examples of its fields.
//!
//! utoipa keeps no example beside a `$ref`. What such a field shall be, its struct says in an example
//! of its own, which names those fields alone: it is laid over what the fields say and then dropped,
//! since by itself it is no whole example. What an operation says of a body is laid over that.

use serde_json::{Map, Value};

/// Of what an answer may lack, this is left out: the examples of refusals show it.
const PROBLEM: &str = "#/components/schemas/Problem";

/// Gives a whole example to every JSON body of a request and of a good answer.
pub(super) fn fill(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    for (_, item) in super::entries(&mut document["paths"]) {
        for (_, operation) in super::entries(item) {
            if operation["requestBody"].is_object() {
                give(&mut operation["requestBody"]["content"], &schemas);
            }
            for (_, response) in super::entries(&mut operation["responses"]).filter(|(status, _)| is_good(status)) {
                give(&mut response["content"], &schemas);
            }
        }
    }
    drop_partial(&mut document["components"]["schemas"]);
}

fn is_good(status: &str) -> bool {
    status.starts_with('2')
}

fn give(contents: &mut Value, schemas: &Value) {
    if let Some(content) = contents.get_mut("application/json") {
        let mut whole = example(&content["schema"], schemas);
        match (content["example"].take(), &mut whole) {
            (Value::Null, _) => {}
            (Value::Object(partial), Value::Object(whole)) => whole.extend(partial),
            (said, whole) => *whole = said,
        }
        content["example"] = whole;
    }
}

/// What a schema says it may look like; null where it says nothing.
fn example(schema: &Value, schemas: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return example(&schemas[name], schemas);
    }
    let said = schema.get("example").or_else(|| schema["examples"].get(0)).or_else(|| schema["enum"].get(0));
    match said {
        Some(Value::Object(partial)) => {
            let mut whole = object(schema, schemas);
            whole.extend(partial.clone());
            whole.into()
        }
        Some(said) => said.clone(),
        None if schema["oneOf"].is_array() => {
            let mut choices = schema["oneOf"].as_array().into_iter().flatten();
            choices.find(|choice| choice["type"] != "null").map_or(Value::Null, |choice| example(choice, schemas))
        }
        None if schema["items"].is_object() => vec![example(&schema["items"], schemas)].into(),
        None if schema["properties"].is_object() || schema["allOf"].is_array() => object(schema, schemas).into(),
        None => Value::Null,
    }
}

fn object(schema: &Value, schemas: &Value) -> Map<String, Value> {
    let mut whole = Map::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        whole.extend(example(part, schemas).as_object().cloned().unwrap_or_default());
    }
    let shown = schema["properties"].as_object().into_iter().flatten().filter(|(_, field)| field["$ref"] != PROBLEM);
    whole.extend(shown.map(|(name, field)| (name.clone(), example(field, schemas))));
    whole
}

fn drop_partial(schema: &mut Value) {
    match schema {
        Value::Object(parts) => {
            if parts.contains_key("properties") || parts.contains_key("allOf") {
                parts.remove("example");
            }
            parts.values_mut().for_each(drop_partial);
        }
        Value::Array(parts) => parts.iter_mut().for_each(drop_partial),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{DateTime, NaiveDate};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    /// What is wrong with a value, held against a schema as far as our own schemas go.
    fn unfit(value: &Value, schema: &Value, schemas: &Value) -> Option<String> {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            let schema = schemas.get(name).unwrap_or_else(|| panic!("no schema is named {name}"));
            return unfit(value, schema, schemas);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let complaints: Option<Vec<_>> = choices.iter().map(|choice| unfit(value, choice, schemas)).collect();
            return complaints.map(|complaints| complaints.join(", "));
        }
        let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
        let is = |kind: &Value| match kind.as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("number") => value.is_number(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("null") => value.is_null(),
            _ => schema["allOf"].is_array(),
        };
        if !kinds.iter().any(is) {
            return Some(format!("{value} is not of {kinds:?}"));
        }
        if schema["enum"].as_array().is_some_and(|all| !all.contains(value)) {
            return Some(format!("{value} is none of {}", schema["enum"]));
        }
        if let Some(number) = value.as_f64() {
            let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
            let within = least.is_none_or(|least| least <= number) && most.is_none_or(|most| number <= most);
            return (!within).then(|| format!("{number} is out of range"));
        }
        if let Some(text) = value.as_str() {
            let reads = match schema["format"].as_str() {
                Some("uuid") => Uuid::parse_str(text).is_ok(),
                Some("date") => text.parse::<NaiveDate>().is_ok(),
                Some("date-time") => DateTime::parse_from_rfc3339(text).is_ok(),
                _ => true,
            };
            return (!reads).then(|| format!("{text} is no {}", schema["format"]));
        }
        if let Some(items) = value.as_array() {
            return items.iter().find_map(|item| unfit(item, &schema["items"], schemas));
        }
        let mut fields = BTreeMap::new();
        let absent = collect(schema, schemas, &mut fields).into_iter().find(|name| value.get(name).is_none());
        if let Some(name) = absent {
            return Some(format!("{name} is not there"));
        }
        value.as_object().into_iter().flatten().find_map(|(name, inner)| match fields.get(name) {
            Some(field) => unfit(inner, field, schemas).map(|complaint| format!("{name}: {complaint}")),
            None if fields.is_empty() => None,
            None => Some(format!("{name} is unknown")),
        })
    }

    /// The fields of an object by name, and the names of those that must be there.
    fn collect(schema: &Value, schemas: &Value, fields: &mut BTreeMap<String, Value>) -> Vec<String> {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return collect(&schemas[name], schemas, fields);
        }
        let own = schema["properties"].as_object().into_iter().flatten();
        fields.extend(own.map(|(name, field)| (name.clone(), field.clone())));
        let required = schema["required"].as_array().into_iter().flatten();
        let mut required: Vec<String> = required.map(|name| name.as_str().unwrap().to_owned()).collect();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            required.extend(collect(part, schemas, fields));
        }
        required
    }

    /// Mutation: leave `fill` out, or take the example of a field away.
    #[test]
    fn every_json_body_has_an_example_that_its_schema_allows() {
        let document: Value = serde_json::from_slice(&crate::app::documents().json).unwrap();
        let schemas = &document["components"]["schemas"];
        let mut seen = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let responses = operation["responses"].as_object().unwrap().iter();
                let good =
                    responses.filter(|(status, _)| is_good(status)).map(|(status, body)| (status.as_str(), body));
                for (part, body) in good.chain([("request", &operation["requestBody"])]) {
                    let contents = body["content"].as_object().into_iter().flatten();
                    for (media, content) in contents.filter(|(media, _)| media.ends_with("json")) {
                        let at = format!("{method} {path} {part} {media}");
                        let example = content.get("example").unwrap_or_else(|| panic!("{at}: no example"));
                        let complaint = unfit(example, &content["schema"], schemas);
                        assert_eq!(complaint, None, "{at}: {example}");
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 40);
    }

    /// Mutation: let `unfit` answer with nothing.
    #[test]
    fn an_example_that_does_not_fit_is_found_out() {
        let schema = json!({
            "properties": {
                "id": { "type": "string", "format": "uuid" },
                "of": { "oneOf": [{ "$ref": "#/components/schemas/Of" }, { "type": "null" }] },
                "many": { "type": "array", "items": { "type": "integer", "maximum": 9 } },
            },
            "type": "object", "required": ["id"],
        });
        let schemas = json!({ "Of": { "type": "string", "enum": ["a"] } });
        let id = "01939f7e-0000-7000-8000-000000000001";
        for good in [json!({ "id": id }), json!({ "id": id, "of": null, "many": [1] }), json!({ "id": id, "of": "a" })]
        {
            assert_eq!(unfit(&good, &schema, &schemas), None, "{good}");
        }
        for bad in [
            json!(null),
            json!({}),
            json!({ "id": "x" }),
            json!({ "id": id, "of": "b" }),
            json!({ "id": id, "many": ["1"] }),
            json!({ "id": id, "many": [10] }),
            json!({ "id": id, "more": 1 }),
        ] {
            assert!(unfit(&bad, &schema, &schemas).is_some(), "{bad}");
        }
    }

    #[test]
    fn what_a_struct_says_of_its_fields_is_laid_over_what_they_say() {
        let schemas = json!({ "Points": { "type": "number", "examples": [5] } });
        let points = json!({ "$ref": "#/components/schemas/Points" });
        let schema = json!({
            "properties": { "clipped": points, "points": points, "note": { "type": ["string", "null"] } },
            "example": { "clipped": 0 },
        });
        let whole = json!({ "clipped": 0, "points": 5, "note": null });
        assert_eq!(example(&schema, &schemas), whole);
        let flat = json!({ "allOf": [schema, { "properties": { "kind": { "enum": ["a", "b"] } } }] });
        assert_eq!(example(&flat, &schemas), json!({ "clipped": 0, "points": 5, "note": null, "kind": "a" }));
    }
}
