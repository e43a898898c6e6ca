//! Listings that come in pages.

use serde_json::Value;

use crate::model::OnlineReason;

use super::Asker;

/// Entries of a page, the most that the API gives.
const PAGE: usize = 100;
/// The most pages of one listing.
const MOST_PAGES: usize = 1000;
/// The longest id that is sent back.
const LONGEST_ID: usize = 200;

/// What a listing holds, and why there is more of it, where there is.
pub(super) struct Listed {
    pub(super) entries: Vec<Value>,
    pub(super) missing: Option<OnlineReason>,
}

/// All pages of a listing, whose path already has a question mark.
pub(super) async fn all(asker: &Asker<'_>, path: &str) -> Listed {
    let mut entries = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let page = match page(asker, path, after.as_deref()).await {
            Ok(page) => page,
            Err(reason) => return Listed { entries, missing: Some(reason) },
        };
        entries.extend(page.entries);
        match page.next {
            Next::End => return Listed { entries, missing: None },
            // A server that begins anew would keep us for ever.
            Next::After(id) if after.as_ref() != Some(&id) => after = Some(id),
            Next::After(_) | Next::Lost => return Listed { entries, missing: Some(OnlineReason::NotTheApi) },
        }
    }
    Listed { entries, missing: Some(OnlineReason::Limit) }
}

struct Page {
    entries: Vec<Value>,
    next: Next,
}

/// What comes behind a page.
enum Next {
    End,
    After(String),
    /// There is more, or nothing tells whether there is, and nothing tells how to ask for it.
    Lost,
}

async fn page(asker: &Asker<'_>, path: &str, after: Option<&str>) -> Result<Page, OnlineReason> {
    let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
    let body = body(asker, &format!("{path}&limit={PAGE}{after}")).await?;
    let Some(Value::Array(entries)) = body.get("data").cloned() else { return Err(OnlineReason::NotTheApi) };
    let more = body.get("has_more").and_then(Value::as_bool);
    let id = |value: &Value| value.as_str().filter(|id| is_id(id)).map(str::to_owned);
    let next = match more {
        Some(false) => Next::End,
        None => Next::Lost,
        Some(true) => {
            let last = body.get("last_id").and_then(id).or_else(|| entries.last()?.get("id").and_then(id));
            last.map_or(Next::Lost, Next::After)
        }
    };
    Ok(Page { entries, next })
}

/// The JSON of an answer of 200.
pub(super) async fn body(asker: &Asker<'_>, path: &str) -> Result<Value, OnlineReason> {
    let answer = asker.client.get(&asker.request(path)?).await?;
    match answer.status {
        200 => {
            let body = Some(&answer.body).filter(|_| !answer.cut);
            body.and_then(|body| serde_json::from_slice(body).ok()).ok_or(OnlineReason::NotTheApi)
        }
        300..=399 => Err(OnlineReason::Redirect),
        429 => Err(OnlineReason::RateLimited),
        500.. => Err(OnlineReason::ServerError),
        401 | 403 => Err(OnlineReason::Refused),
        _ => Err(OnlineReason::Unexpected),
    }
}

/// Whether an id can be part of an address as it is.
pub(super) fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(plain)
}
