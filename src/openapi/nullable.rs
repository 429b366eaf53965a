//! A field that may be null is always there in an answer; utoipa, which sees an `Option`, calls it
//! optional. What really is left out now and then says `nullable = false`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Says of every schema that only answers are made of that its nullable fields are there.
pub(super) fn require(document: &mut Value) {
    let bodies = document["paths"].as_object().into_iter().flat_map(Map::values);
    let bodies = bodies.flat_map(|item| item.as_object().into_iter().flat_map(Map::values));
    let mut asked: Vec<String> = bodies.flat_map(|operation| references(&operation["requestBody"])).collect();
    let mut at = 0;
    while let Some(name) = asked.get(at) {
        let more = references(&document["components"]["schemas"][name]);
        asked.extend(more.into_iter().filter(|name| !asked.contains(name)).collect::<BTreeSet<_>>());
        at += 1;
    }
    for (name, schema) in super::entries(&mut document["components"]["schemas"]) {
        if !asked.contains(name) {
            complete(schema);
        }
    }
}

fn complete(schema: &mut Value) {
    let is_null = |kind: &Value| kind == "null";
    let nullable = |field: &Value| {
        field["type"].as_array().is_some_and(|kinds| kinds.iter().any(is_null))
            || field["oneOf"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| is_null(&kind["type"])))
    };
    let fields = schema["properties"].as_object().into_iter().flatten();
    let names: Vec<Value> = fields.filter(|(_, field)| nullable(field)).map(|(name, _)| name.as_str().into()).collect();
    if !names.is_empty() {
        match &mut schema["required"] {
            Value::Array(required) => required.extend(names),
            none => *none = names.into(),
        }
    }
    match schema {
        Value::Object(parts) => parts.values_mut().for_each(complete),
        Value::Array(parts) => parts.iter_mut().for_each(complete),
        _ => {}
    }
}

/// Names of the schemas that a piece of the document refers to.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(parts) => {
            let own = parts.get("$ref").and_then(|path| path.as_str()?.strip_prefix("#/components/schemas/"));
            own.map(str::to_owned).into_iter().chain(parts.values().flat_map(references)).collect()
        }
        Value::Array(parts) => parts.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Mutation: complete every schema, or none.
    #[test]
    fn a_nullable_field_is_required_in_answers_and_optional_in_requests() {
        let schema = |of: &str| json!({ "$ref": format!("#/components/schemas/{of}") });
        let object = json!({ "properties": {
            "text": { "type": ["string", "null"] },
            "one": { "oneOf": [schema("Id"), { "type": "null" }] },
            "left_out": schema("Id"),
        }});
        let mut document = json!({
            "paths": { "/x": { "post": { "requestBody": { "content": { "application/json": { "schema": schema("In") } } } } } },
            "components": { "schemas": {
                "In": { "properties": { "inner": schema("Inner") }, "required": ["inner"] },
                "Inner": object, "Out": { "allOf": [object] },
            } },
        });
        require(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Out"]["allOf"][0]["required"], json!(["one", "text"]));
        assert_eq!(schemas["Inner"], object);
    }
}
