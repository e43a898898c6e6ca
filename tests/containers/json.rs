//! JSON that tools write: the key comes out exact, under its name, with its receiver where the file says it.

use super::*;
use crate::support::formats::base64;
use crate::support::modern;
use keyscan::rules::sample::B64;
use serde_json::json;

fn key(seed: u64) -> String {
    modern("sk-proj-", 74, seed)
}

/// The setting and the receiver of each place of the first key.
fn told(path: &str, content: &Value) -> Vec<(Option<String>, Option<String>)> {
    let report = scan(path, content.to_string());
    places(&report, &key(1)).into_iter().map(|place| (place.setting, place.receiver)).collect()
}

#[test]
fn what_tools_write_is_read() {
    let (key, relay) = (key(1), relay());
    let address = format!("https://{relay}/v1");
    let chat = format!("{address}/chat/completions");
    let encoded = |text: &str| {
        let text = base64(text.as_bytes(), B64);
        format!("{text}{}", "=".repeat(text.len().next_multiple_of(4) - text.len()))
    };
    let settings = json!({"OPENAI_API_KEY": key, "OPENAI_BASE_URL": address});
    let source = format!("const c = new OpenAI({{\n  apiKey: \"{key}\",\n  baseURL: `{address}`,\n}});\n");
    let request = json!({"method": "POST", "url": chat, "headers": [{"name": "authorization", "value": format!("Bearer {key}")}]});
    let posted = json!({"method": "POST", "url": chat, "headers": [], "postData": {"text": json!({"api_key": key}).to_string()}});
    let answer = json!({"request": {"method": "GET", "url": "https://app.example.com/", "headers": []}, "response":
        {"content": {"encoding": "base64", "text": encoded(&json!({"apiKey": key, "baseURL": address}).to_string())}}});
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "openai"},
        "data": {"OPENAI_API_KEY": encoded(&key), "OPENAI_BASE_URL": encoded(&address)}});
    let mut applied = secret.clone();
    applied["metadata"]["annotations"] =
        json!({"kubectl.kubernetes.io/last-applied-configuration": secret.to_string()});
    let lambda = json!({"resources": [{"type": "aws_lambda_function", "name": "f", "instances": [
        {"attributes": {"environment": [{"variables": settings}]}}]}]});
    let postman = json!({"item": [{"request": {"method": "POST", "url": {"raw": chat},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": key, "type": "string"}]}}}]});
    let cases = [
        ("app.js.map", json!({"version": 3, "sourcesContent": [source]}), "apiKey", 1),
        ("a.har", json!({"log": {"entries": [{"request": request}]}}), "authorization", 1),
        ("a.har", json!({"log": {"entries": [{"request": posted}]}}), "api_key", 1),
        ("a.har", json!({"log": {"entries": [answer]}}), "apiKey", 1),
        ("terraform.tfstate", lambda, "OPENAI_API_KEY", 1),
        ("x.postman_collection.json", postman, "token", 1),
        ("insomnia.json", json!({"resources": [request]}), "authorization", 1),
        (
            "inspect.json",
            json!([{"Config": {"Env": [format!("OPENAI_API_KEY={key}"), format!("OPENAI_BASE_URL={address}")]}}]),
            "OPENAI_API_KEY",
            1,
        ),
        ("secret.json", applied, "OPENAI_API_KEY", 2),
        ("nested.json", json!({"a": json!({"b": settings.to_string()}).to_string()}), "OPENAI_API_KEY", 1),
    ];
    for (path, content, setting, count) in cases {
        let wanted = vec![(Some(setting.to_owned()), Some(relay.clone())); count];
        assert_eq!(told(path, &content), wanted, "{path}: {setting}");
    }
}

#[test]
fn a_secret_of_a_plan_has_its_own_name() {
    let state = json!({"outputs": {"openai_api_key": {"value": key(1), "type": "string", "sensitive": true}}});
    assert_eq!(told("terraform.tfstate", &state), [(Some("openai_api_key".to_owned()), None)]);
}

#[test]
fn a_log_of_lines_keeps_its_lines() {
    let lines = [
        json!({"level": "info", "msg": "start"}),
        json!({"msg": format!("POST https://{}/v1/chat/completions", relay()),
            "headers": {"Authorization": format!("Bearer {}", key(1))}}),
    ];
    let report = scan("app.jsonl", lines.map(|line| line.to_string()).join("\n"));
    assert_eq!(places(&report, &key(1)), [place("app.jsonl", 2, Some("Authorization"), Some(&relay()))]);
}
