//! The one line that a collector is given on its standard input.

use super::ExecConfig;
use crate::lines::english;
use crate::{Ask, Failure, Secrets};
use serde_json::{Value, json};

/// A request, and the secrets in it, which never reach the log.
pub(super) struct Request {
    pub(super) line: Value,
    pub(super) secrets: Vec<String>,
}

pub(super) fn describe(_config: &ExecConfig) -> Request {
    Request { line: json!({ "protocol": 1, "op": "describe" }), secrets: Vec::new() }
}

pub(super) fn check(config: &ExecConfig, secrets: &dyn Secrets) -> Result<Request, Failure> {
    let (values, kept) = exposed(config, secrets)?;
    Ok(Request { line: json!({ "protocol": 1, "op": "check", "secrets": values }), secrets: kept })
}

pub(super) fn list(config: &ExecConfig, asks: &[Ask], secrets: &dyn Secrets) -> Result<Request, Failure> {
    let (values, kept) = exposed(config, secrets)?;
    let accounts: Vec<Value> = asks.iter().enumerate().map(|(i, ask)| account(i, ask)).collect();
    let line = json!({
        "protocol": 1, "op": "list", "page_limit": config.page_limit, "secrets": values, "accounts": accounts
    });
    Ok(Request { line, secrets: kept })
}

fn account(place: usize, ask: &Ask) -> Value {
    let known: Vec<&str> = ask.known.iter().filter_map(|known| known.id.as_deref()).collect();
    json!({
        "key": format!("a{place}"), "platform": english(&ask.platform), "id": ask.key, "name": ask.name,
        "since": ask.since.rfc3339(), "known": known
    })
}

fn exposed(config: &ExecConfig, secrets: &dyn Secrets) -> Result<(Value, Vec<String>), Failure> {
    let mut values = serde_json::Map::new();
    let mut kept = Vec::new();
    for (name, secret) in &config.secrets {
        let secret = secrets.get(secret)?;
        kept.push(secret.expose().to_owned());
        values.insert(name.clone(), Value::String(secret.expose().to_owned()));
    }
    Ok((Value::Object(values), kept))
}
