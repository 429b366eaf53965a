//! The page of the OpenAPI document for people: HTML made once, without scripts, readable offline.

use std::fmt::Write as _;

use axum::body::Bytes;
use serde_json::{Map, Value};

use crate::assets::style_source;
use crate::error::Refusal;

/// The page, and the policy under which it is shown.
pub struct DocsPage {
    /// HTML.
    pub html: Bytes,
    /// `Content-Security-Policy`.
    pub policy: String,
}

const STYLE: &str = "\
body{max-width:60rem;margin:0 auto;padding:1rem;background:#f6f4ef;color:#1a1a1a;font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\
h1,h2{color:#b3261e}h3{margin:2rem 0 .3rem;padding-top:1rem;border-top:1px solid #dcd6ca}\
table{width:100%;border-collapse:collapse;margin:.3rem 0 1rem}\
th,td{padding:.25rem .5rem;border:1px solid #dcd6ca;text-align:start;vertical-align:top;overflow-wrap:break-word}\
th{white-space:nowrap}td:last-child{overflow-wrap:anywhere}\
@media(max-width:40rem){table{font-size:.85rem;line-height:1.6rem}th,td{padding:.25rem .3rem}}\
caption{text-align:start;font-weight:600}code{background:#fff;padding:.1em .3em}\
:target{background:#ffe9b8}a{color:#0b57d0}td a{display:inline-block;padding-block:.2rem}nav ul{columns:18rem;padding-inline-start:1rem}";

/// Makes the page of a completed document.
pub fn render(document: &Value, catalogue: &[Refusal]) -> DocsPage {
    let mut html = String::with_capacity(128 * 1024);
    let title = escaped(&document["info"]["title"]);
    html += "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">";
    html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";
    let _ = write!(html, "<title>{title} API</title><style>{STYLE}</style><main><h1>{title} API</h1>");
    let _ = write!(html, "<p>{}</p>", prose(&document["info"]["description"]));
    html += "<p>机器可读的说明：<a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>（OpenAPI 3.1）。\
             错误代码表在<a href=\"#codes\">最后</a>。</p>";
    let tags: Vec<&Value> = document["tags"].as_array().into_iter().flatten().collect();
    contents(&mut html, document, &tags);
    for tag in tags {
        let name = escaped(&tag["name"]);
        let _ = write!(html, "<h2 id=\"tag-{name}\">{name}</h2><p>{}</p>", prose(&tag["description"]));
        for (path, method, operation) in
            operations(document).filter(|(.., operation)| operation["tags"][0] == tag["name"])
        {
            describe(&mut html, path, method, operation);
        }
    }
    html += "<h2 id=\"schemas\">内容 Schemas</h2>";
    for (name, schema) in members(&document["components"]["schemas"]) {
        schema_table(&mut html, name, schema);
    }
    codes(&mut html, catalogue);
    html += "</main></html>\n";
    let policy = format!(
        "default-src 'none'; style-src {}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        style_source(STYLE)
    );
    DocsPage { html: html.into(), policy }
}

fn contents(html: &mut String, document: &Value, tags: &[&Value]) {
    *html += "<nav aria-label=\"目录\">";
    for tag in tags {
        let name = escaped(&tag["name"]);
        let _ = write!(html, "<p><a href=\"#tag-{name}\">{name}</a></p><ul>");
        for (path, method, operation) in
            operations(document).filter(|(.., operation)| operation["tags"][0] == tag["name"])
        {
            let id = escaped(&operation["operationId"]);
            let _ = write!(html, "<li><a href=\"#{id}\">{} {}</a></li>", method.to_uppercase(), breakable(path));
        }
        *html += "</ul>";
    }
    *html += "<p><a href=\"#schemas\">内容</a> · <a href=\"#codes\">错误代码</a></p></nav>";
}

fn describe(html: &mut String, path: &str, method: &str, operation: &Value) {
    let id = escaped(&operation["operationId"]);
    let _ = write!(html, "<h3 id=\"{id}\"><code>{} {}</code></h3>", method.to_uppercase(), breakable(path));
    let _ = write!(html, "<p>{} {}</p>", prose(&operation["summary"]), prose(&operation["description"]));
    let calls: Vec<&str> =
        operation["security"].as_array().into_iter().flatten().flat_map(members).map(|(name, _)| name).collect();
    let who = if calls.is_empty() { "不用登录".to_owned() } else { format!("登录后用 {}", calls.join(" / ")) };
    let _ = write!(html, "<p><code>{id}</code> · {who}</p>");
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    if !parameters.is_empty() {
        *html += "<table><caption>参数</caption><tr><th>名称<th>位置<th>类型<th>说明";
        for parameter in parameters {
            let required = if parameter["required"] == true { "（必填）" } else { "" };
            let _ = write!(
                html,
                "<tr><td><code>{}</code>{required}<td>{}<td>{}<td>{}",
                breakable(parameter["name"].as_str().unwrap_or_default()),
                escaped(&parameter["in"]),
                kind(&parameter["schema"]),
                prose(&parameter["description"])
            );
        }
        *html += "</table>";
    }
    for (media, content) in members(&operation["requestBody"]["content"]) {
        let _ = write!(html, "<p>提交 <code>{}</code>：{}</p>", escape(media), kind(&content["schema"]));
    }
    *html += "<table><caption>回答</caption><tr><th>状态<th>内容";
    for (status, response) in members(&operation["responses"]) {
        let _ = write!(html, "<tr><td>{}<td>", escape(status));
        for (media, content) in members(&response["content"]) {
            let examples = content["examples"].as_object();
            if let Some(examples) = examples.filter(|_| media == "application/problem+json") {
                let links = examples
                    .keys()
                    .map(|code| format!("<a href=\"#{}\"><code>{}</code></a>", escape(code), breakable(code)));
                *html += &links.collect::<Vec<_>>().join(" ");
            } else {
                let _ = write!(html, "<code>{}</code> {} ", escape(media), kind(&content["schema"]));
            }
        }
    }
    *html += "</table>";
}

fn schema_table(html: &mut String, name: &str, schema: &Value) {
    let id = escape(name);
    let _ = write!(html, "<h3 id=\"schema-{id}\">{id}</h3><p>{}</p>", prose(&schema["description"]));
    let Some(fields) = schema["properties"].as_object() else {
        let _ = write!(html, "<p>{}</p>", kind(schema));
        return;
    };
    let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
    *html += "<table><tr><th>字段<th>类型<th>说明";
    for (field, value) in fields {
        let mark = if required.iter().any(|name| *name == field) { "*" } else { "" };
        let example = match &value["example"] {
            Value::Null => String::new(),
            example => format!(" 例：<code>{}</code>", breakable(&example.to_string())),
        };
        let (kind, about) = (kind(value), prose(&value["description"]));
        let _ = write!(html, "<tr><td><code>{}</code>{mark}<td>{kind}<td>{about}{example}", breakable(field));
    }
    *html += "</table>";
}

fn codes(html: &mut String, catalogue: &[Refusal]) {
    *html += "<h2 id=\"codes\">错误代码 Codes</h2><table><tr><th>代码<th>状态<th>说明";
    for Refusal { status, code, title } in catalogue {
        let _ = write!(html, "<tr id=\"{code}\"><td><code>{}</code><td>{status}<td>{}", breakable(code), escape(title));
    }
    *html += "</table>";
}

/// A schema in a few words.
fn kind(schema: &Value) -> String {
    if let Some(path) = schema["$ref"].as_str() {
        let name = path.rsplit('/').next().unwrap_or(path);
        return format!("<a href=\"#schema-{}\">{}</a>", escape(name), breakable(name));
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = schema[several].as_array() {
            return parts.iter().map(kind).collect::<Vec<_>>().join(" | ");
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(|value| format!("<code>{}</code>", escaped(value))).collect::<Vec<_>>().join(" | ");
    }
    if !schema["items"].is_null() {
        return format!("[ {} ]", kind(&schema["items"]));
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        other => other.as_str().unwrap_or("any").to_owned(),
    };
    let format = schema["format"].as_str().map(|format| format!(" ({})", escape(format)));
    let (least, most) = (&schema["minimum"], &schema["maximum"]);
    let range = if least.is_null() && most.is_null() { String::new() } else { format!(" {least}–{most}") };
    format!("{}{}{range}", escape(&types), format.unwrap_or_default())
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    members(&document["paths"])
        .flat_map(|(path, item)| members(item).map(move |(method, operation)| (path, method, operation)))
        .filter(|(.., operation)| operation["operationId"].is_string())
}

fn members(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

fn escaped(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Escaped; on a phone a long name may go on in the next line: `grid_` `name`, `Award` `Id`.
fn breakable(text: &str) -> String {
    let mut html = String::with_capacity(2 * text.len());
    let mut before = ' ';
    for letter in text.chars() {
        if matches!(before, '_' | '/') || before.is_lowercase() && letter.is_uppercase() {
            html += "<wbr>";
        }
        html += &escape(letter.encode_utf8(&mut [0; 4]));
        before = letter;
    }
    html
}

/// Escaped, with the words in backticks set as code.
fn prose(value: &Value) -> String {
    let text = escaped(value);
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_comes_from_the_document_is_text_and_every_code_has_an_anchor() {
        let document = json!({
            "info": { "title": "A & B", "description": "Say `code` <script>" },
            "tags": [{ "name": "areas", "description": "" }],
            "paths": { "/areas": { "get": { "operationId": "list_areas", "tags": ["areas"], "responses": {} } } },
        });
        let page = render(&document, &[crate::error::NOT_FOUND]);
        let html = String::from_utf8(page.html.to_vec()).unwrap();
        assert!(html.contains("A &amp; B") && html.contains("Say <code>code</code> &lt;script&gt;"));
        assert!(html.contains("<h3 id=\"list_areas\">") && html.contains("<tr id=\"not_found\">"));
        assert_eq!(breakable("/rule_sets AwardId <"), "/<wbr>rule_<wbr>sets Award<wbr>Id &lt;");
        assert!(page.policy.contains(&style_source(STYLE)));
    }
}
