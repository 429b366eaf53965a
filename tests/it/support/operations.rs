//! The operations of the OpenAPI document, and what each of them can be asked about.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;

/// One operation.
pub struct Operation {
    pub id: String,
    pub method: Method,
    pub path: String,
    pub is_public: bool,
    /// Parameters and fields that name a row: `id`, `area_id`, `scope.area_id` …
    pub targets: Vec<String>,
    /// The problems it is said to answer with: status and code.
    pub problems: BTreeSet<(String, String)>,
}

impl Operation {
    /// Whether the document names a problem.
    pub fn names(&self, status: &str, code: &str) -> bool {
        self.problems.contains(&(status.to_owned(), code.to_owned()))
    }
}

/// All of them, by path and method.
pub fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_slice(&hujifen::app::documents().json).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let mut targets: Vec<String> =
                parameters.map(|parameter| text(&parameter["name"])).filter(|name| names_a_row(name)).collect();
            for content in operation["requestBody"]["content"].as_object().into_iter().flat_map(|all| all.values()) {
                collect(&document, &content["schema"], "", &mut targets);
            }
            operations.push(Operation {
                id: text(&operation["operationId"]),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                is_public: operation["security"] == serde_json::json!([{}]),
                targets,
                problems: problems(&operation["responses"]),
            });
        }
    }
    operations.sort_by(|a, b| (&a.path, a.method.as_str()).cmp(&(&b.path, b.method.as_str())));
    operations
}

fn problems(responses: &Value) -> BTreeSet<(String, String)> {
    let codes = |(status, response): (&String, &Value)| {
        let examples = response["content"]["application/problem+json"]["examples"].as_object();
        examples.into_iter().flatten().map(|(code, _)| (status.clone(), code.clone())).collect::<Vec<_>>()
    };
    responses.as_object().unwrap().iter().flat_map(codes).collect()
}

fn collect(document: &Value, schema: &Value, prefix: &str, targets: &mut Vec<String>) {
    if let Some(path) = schema["$ref"].as_str() {
        return collect(document, document.pointer(path.trim_start_matches('#')).unwrap(), prefix, targets);
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        for one in schema[choice].as_array().into_iter().flatten() {
            collect(document, one, prefix, targets);
        }
    }
    if schema["items"].is_object() {
        collect(document, &schema["items"], prefix, targets);
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let name = format!("{prefix}{name}");
        if names_a_row(&name) {
            targets.push(name);
        } else {
            collect(document, field, &format!("{name}."), targets);
        }
    }
}

fn names_a_row(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    name == "id" || name.ends_with("_id")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
