//! The OpenAPI document: what the rooms say about their routes, completed with what holds for all.
//!
//! A room describes the answers of its own and names its codes in backticks in a problem's
//! description. Added here: who may call, the problems that every call of a kind can meet, an example
//! of each problem, made of the very constant that the server answers with, and one of every JSON body.

mod examples;
mod nullable;

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{self, App};
use crate::auth::{Cookies, TOKEN_EXPIRED};
use crate::docs_page;
use crate::error::{
    BUSY, DISK_FULL, Error, FORBIDDEN, FieldProblem, INVALID, NOT_FOUND, Problem, REFUSALS, Refusal, SIGNED_OUT,
};
use crate::http::{CHALLENGE, FAILED, MALFORMED, TOO_LARGE, TOO_SLOW, WRONG_METHOD, WRONG_TYPE};
use crate::scope::MUST_CHANGE_PASSWORD;

/// What a one-time password opens: no role is asked for.
const WITHOUT_ROLE: [&str; 2] = ["/api/v1/me", "/api/v1/me/password"];
/// A parameter that names a row and only filters by it: below an area that is not there, there is nothing.
const FILTER_ONLY: &str = "parent_id";
const EXAMPLE_REQUEST_ID: &str = "01939f7e-0000-7000-8000-000000000001";
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// What stands above all routes. Tags without a route are left out in the end.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "户积分 Hujifen",
        description = "A village's book of good deeds, household by household. Errors are problem documents \
                       (RFC 9457) with a stable `code` and a Chinese `title` to show. Instants are RFC 3339 in \
                       UTC, dates are the villages' calendar days (UTC+8), points have at most two decimals. \
                       Unknown fields are refused.",
    ),
    servers((url = "/", description = "this server")),
    components(schemas(Problem, FieldProblem)),
    tags(
        (name = "session", description = "登录: sign in, stay in, sign out; who one is"),
        (name = "accounts", description = "账号: accounts and what they are where"),
        (name = "areas", description = "县、镇、村、组: the tree of areas"),
        (name = "households", description = "农户: households and their books"),
        (name = "rules", description = "细则: rules in versions"),
        (name = "evidence", description = "照片: what shows a deed"),
        (name = "awards", description = "加分、扣分: points for deeds, and their review"),
        (name = "activities", description = "活动: who came, and points for all of them at once"),
        (name = "inspections", description = "评比: rounds past all doors of a grid"),
        (name = "rankings", description = "排名: who earned how much in a period"),
        (name = "reports", description = "算分: what a table would give, and how it is used"),
        (name = "imports", description = "导入: rosters and tables from spreadsheets"),
        (name = "todo", description = "待办: what waits for the caller"),
        (name = "system", description = "系统: health, counters, this document"),
    ),
)]
struct Outline;

/// The document before any route.
pub fn outline() -> utoipa::openapi::OpenApi {
    Outline::openapi()
}

/// The document as it is served.
pub struct Documents {
    /// JSON, indented, in a stable order.
    pub json: Bytes,
    /// The page made of it.
    pub page: docs_page::DocsPage,
}

impl Documents {
    /// Completes a document whose rooms may refuse for the reasons of `catalogue`.
    pub fn new(document: utoipa::openapi::OpenApi, catalogue: &[Refusal]) -> Self {
        let document = complete(serde_json::to_value(document).unwrap_or_default(), catalogue);
        let json = format!("{document:#}\n").into();
        Self { json, page: docs_page::render(&document, catalogue) }
    }
}

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read_openapi)).routes(routes!(read_docs))
}

/// This document.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "system", security(()),
    responses((
        status = 200, content_type = "application/json", body = Object, description = "OpenAPI 3.1",
        example = json!({ "openapi": "3.1.0", "info": {}, "paths": {} }),
    ))
)]
async fn read_openapi() -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")];
    (headers, app::documents().json.clone()).into_response()
}

/// A page of this document for people, which works offline.
#[utoipa::path(
    get, path = "/api/docs", tag = "system", security(()),
    responses((status = 200, content_type = "text/html", body = String, description = "HTML"))
)]
async fn read_docs() -> Response {
    let page = &app::documents().page;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, page.policy.as_str()),
    ];
    (headers, page.html.clone()).into_response()
}

fn complete(mut document: Value, catalogue: &[Refusal]) -> Value {
    let schemas = document["components"]["schemas"].clone();
    let mut tags = BTreeSet::new();
    for (path, item) in entries(&mut document["paths"]) {
        for (method, operation) in entries(item).filter(|(method, _)| METHODS.contains(&method.as_str())) {
            complete_operation(path, method, operation, &schemas, catalogue);
            tags.extend(operation["tags"].as_array().into_iter().flatten().cloned().filter_map(text));
        }
    }
    if let Some(described) = document["tags"].as_array_mut() {
        described.retain(|tag| tag["name"].as_str().is_some_and(|name| tags.contains(name)));
    }
    // An empty licence comes from a package that names none.
    if let Some(info) = document["info"].as_object_mut()
        && info.get("license").is_some_and(|license| license["name"] == "")
    {
        info.remove("license");
    }
    nullable::require(&mut document);
    examples::fill(&mut document);
    let refusals: Map<String, Value> =
        catalogue.iter().map(|refusal| (refusal.code.to_owned(), example(*refusal))).collect();
    document["components"]["examples"] = refusals.into();
    document["components"]["securitySchemes"] = json!({
        "bearer": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "`access_token` of a sign-in; good for ten minutes."
        },
        "cookie": {
            "type": "apiKey", "in": "cookie", "name": Cookies::Fenced.access_name(),
            "description": "Set by a sign-in; good for reading only."
        },
    });
    document
}

fn complete_operation(path: &str, method: &str, operation: &mut Value, schemas: &Value, catalogue: &[Refusal]) {
    let is_public = operation["security"] == json!([{}]);
    if !is_public {
        let reading = json!([{ "bearer": [] }, { "cookie": [] }]);
        operation["security"] = if method == "get" { reading } else { json!([{ "bearer": [] }]) };
    }
    let mut problems: BTreeMap<String, BTreeMap<&str, Refusal>> = BTreeMap::new();
    for refusal in expected(path, method, operation, schemas, is_public) {
        problems.entry(refusal.status.to_string()).or_default().insert(refusal.code, refusal);
    }
    let mut remarks = BTreeMap::new();
    for (status, response) in entries(&mut operation["responses"]).filter(|(status, _)| is_problem(status)) {
        let said = response["description"].as_str().unwrap_or_default();
        let known = named_codes(said).filter_map(|code| catalogue.iter().find(|refusal| refusal.code == code));
        problems.entry(status.clone()).or_default().extend(known.map(|refusal| (refusal.code, *refusal)));
        if said.contains(": ") {
            remarks.insert(status.clone(), said.to_owned());
        }
    }
    let default =
        [FAILED, WRONG_METHOD].into_iter().chain(REFUSALS.iter().copied().filter(|known| known.status == 500));
    problems.insert("default".to_owned(), default.map(|refusal| (refusal.code, refusal)).collect());
    for (status, refusals) in problems {
        operation["responses"][&status] = problem_response(&refusals, remarks.remove(&status));
        if status == "401" {
            let challenge =
                json!({ "schema": { "type": "string" }, "example": CHALLENGE.to_str().unwrap_or_default() });
            operation["responses"][&status]["headers"] = json!({ "WWW-Authenticate": challenge });
        }
    }
}

/// What calls of a kind can meet, whatever the room.
fn expected(path: &str, method: &str, operation: &Value, schemas: &Value, is_public: bool) -> Vec<Refusal> {
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    let has = |place: &str| parameters.iter().any(|parameter| parameter["in"] == place);
    let body = &operation["requestBody"]["content"];
    let names_a_row = parameters
        .iter()
        .filter(|parameter| !(parameter["in"] == "query" && parameter["name"] == FILTER_ONLY))
        .filter_map(|parameter| parameter["name"].as_str())
        .chain(body_fields(body, schemas))
        .any(|name| name == "id" || name.ends_with("_id"));
    let mut expected = Vec::new();
    if !is_public {
        expected.extend([SIGNED_OUT, TOKEN_EXPIRED]);
        if !WITHOUT_ROLE.contains(&path) {
            expected.extend([FORBIDDEN, MUST_CHANGE_PASSWORD]);
        }
        if names_a_row {
            expected.push(NOT_FOUND);
        }
    }
    if !body.is_null() {
        expected.extend([MALFORMED, TOO_LARGE, TOO_SLOW, WRONG_TYPE]);
    }
    if !body.is_null() || has("query") {
        expected.push(INVALID);
    }
    // Readers wait for a connection as writers do; what the system says of itself needs none, or says it otherwise.
    if operation["tags"][0] != "system" {
        expected.push(BUSY);
    }
    if method != "get" {
        expected.push(DISK_FULL);
    }
    expected
}

fn body_fields<'v>(body: &'v Value, schemas: &'v Value) -> impl Iterator<Item = &'v str> {
    let contents = body.as_object().into_iter().flat_map(Map::values);
    contents.flat_map(|content| {
        let named = content["schema"]["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        let schema = named.map_or(&content["schema"], |name| &schemas[name]);
        schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys().map(String::as_str))
    })
}

fn problem_response(refusals: &BTreeMap<&str, Refusal>, remark: Option<String>) -> Value {
    let sentences = refusals.values().map(|refusal| format!("`{}` {}", refusal.code, refusal.title));
    let description = sentences.chain(remark).collect::<Vec<_>>().join("\n");
    let examples: Map<String, Value> = refusals
        .keys()
        .map(|code| ((*code).to_owned(), json!({ "$ref": format!("#/components/examples/{code}") })))
        .collect();
    json!({
        "description": description,
        "content": {
            "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" }, "examples": examples }
        },
    })
}

fn example(refusal: Refusal) -> Value {
    let error = if refusal == INVALID {
        Error::field("name", "out_of_range", "名称要写 1 到 30 个字。")
    } else {
        refusal.into()
    };
    json!({ "summary": refusal.title, "value": Problem::of(&error, EXAMPLE_REQUEST_ID) })
}

fn is_problem(status: &str) -> bool {
    status.starts_with(['4', '5'])
}

/// The words in backticks.
fn named_codes(description: &str) -> impl Iterator<Item = &str> {
    description.split('`').skip(1).step_by(2)
}

fn entries(object: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    object.as_object_mut().into_iter().flatten()
}

fn text(value: Value) -> Option<String> {
    if let Value::String(text) = value { Some(text) } else { None }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn document() -> Value {
        serde_json::from_slice(&app::documents().json).unwrap()
    }

    /// Every file of the house.
    fn sources() -> Vec<String> {
        let (mut folders, mut sources) = (vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    sources.push(std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        sources
    }

    fn operations(document: &Value) -> Vec<(String, &Value)> {
        let items = document["paths"].as_object().unwrap().iter();
        let all = items.flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
        });
        all.collect()
    }

    /// Mutation: leave `complete_operation` out, or a summary above a handler.
    #[test]
    fn every_operation_says_what_it_is_and_what_it_answers() {
        let document = document();
        let mut ids = BTreeSet::new();
        let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
        for (at, operation) in operations(&document) {
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{at}: its id is another's too");
            assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{at}: no summary");
            assert!(tags.contains(&&operation["tags"][0]), "{at}: its tag is not described");
            let responses = operation["responses"].as_object().unwrap();
            let good: Vec<_> = responses.iter().filter(|(status, _)| status.starts_with('2')).collect();
            assert!(!good.is_empty(), "{at}: no success");
            for (status, response) in good.iter().filter(|(status, _)| *status != "204") {
                let contents = response["content"].as_object().unwrap_or_else(|| panic!("{at}: {status} says nothing"));
                assert!(contents.values().all(|content| content["schema"].is_object()), "{at}: {status} has no schema");
            }
            for (status, response) in responses.iter().filter(|(status, _)| is_problem(status) || *status == "default")
            {
                let problem = &response["content"]["application/problem+json"];
                let examples =
                    problem["examples"].as_object().unwrap_or_else(|| panic!("{at}: {status} has no example"));
                assert!(!examples.is_empty(), "{at}: {status} names no known code");
                for example in examples.values() {
                    let pointer = example["$ref"].as_str().unwrap().trim_start_matches('#');
                    let example = document.pointer(pointer).unwrap();
                    assert!(
                        status == "default" || example["value"]["status"].as_u64() == status.parse().ok(),
                        "{at}: {example}"
                    );
                }
            }
        }
        assert!(ids.len() > 10);
    }

    /// Only the command that makes the demonstration town meets these.
    const NOT_OVER_HTTP: [&str; 1] = ["other_data"];
    /// Mutation: take `#[schema(as = AwardStatus)]` away, which leaves two schemas named `Status`.
    #[test]
    fn every_schema_has_a_name_of_its_own() {
        let mut names = BTreeSet::new();
        for source in sources() {
            for rest in source.split("#[derive(").skip(1) {
                let Some((derived, rest)) = rest.split_once(")]\n") else { continue };
                if !derived.contains(concat!("To", "Schema")) {
                    continue;
                }
                let head = rest.split_inclusive('\n').take_while(|line| line.starts_with("#["));
                let head: String = head.collect();
                let named = head.split_once("schema(as = ").and_then(|(_, name)| name.split_once(')'));
                let name = match named {
                    Some((name, _)) => name,
                    None => rest[head.len()..]
                        .split([' ', '<'])
                        .skip_while(|word| *word != "struct" && *word != "enum")
                        .nth(1)
                        .unwrap(),
                };
                assert!(names.insert(name.to_owned()), "two schemas are named {name}");
            }
        }
        assert!(names.len() > 40);
    }

    /// Mutation: forget a constant in a room's `REFUSALS`, or a code in a response's description.
    #[test]
    fn every_reason_to_refuse_is_explained_and_stands_at_some_operation() {
        let document = document();
        let known = &document["components"]["examples"];
        let mut codes = BTreeSet::new();
        for source in sources() {
            let refusals = source.split(concat!("Refusal::", "new(")).skip(1);
            codes.extend(refusals.filter_map(|rest| rest.split('"').nth(1).map(str::to_owned)));
        }
        assert!(codes.len() > 10);
        let used: BTreeSet<String> = operations(&document)
            .iter()
            .flat_map(|(_, operation)| operation["responses"].as_object().unwrap().values())
            .flat_map(|response| response["content"]["application/problem+json"]["examples"].as_object())
            .flat_map(|examples| examples.keys().cloned())
            .collect();
        for code in codes.iter().filter(|code| !NOT_OVER_HTTP.contains(&code.as_str())) {
            assert!(known[code].is_object(), "`{code}` stands in no list of REFUSALS");
            assert!(used.contains(code), "`{code}` is named by no response of any operation");
        }
    }
}
