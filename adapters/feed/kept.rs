//! What each feed last said, so that "not modified" is a complete look at the same items, and a bridge
//! whose list shrinks is noticed. In memory: after a restart the first look asks for everything.

use super::Bridge;
use crate::http::{Answer, Request};
use crate::{Class, Failure, Moment, Page};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub(super) struct Kept {
    by_address: Mutex<HashMap<String, Last>>,
}

#[derive(Debug)]
struct Last {
    tag: Option<String>,
    modified: Option<String>,
    page: Page,
}

impl Kept {
    /// The question, conditional where an answer is kept.
    pub(super) fn condition(&self, address: &str, request: Request) -> Request {
        let kept = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(last) = kept.get(address) else { return request };
        let tagged = last.tag.iter().fold(request, |r, tag| r.header("if-none-match", tag));
        last.modified.iter().filter(|_| last.tag.is_none()).fold(tagged, |r, at| r.header("if-modified-since", at))
    }

    /// The kept items, read at `read_at`.
    pub(super) fn page(&self, address: &str, read_at: Moment) -> Result<Page, Failure> {
        let kept = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let last = kept.get(address).ok_or_else(|| Failure::new(Class::Malformed, "HTTP 304 to an open question"))?;
        Ok(Page { looked_at: Some(read_at), ..last.page.clone() })
    }

    /// Keeps a page. A 公众号 bridge that lists fewer items than before has lost some: the page then
    /// proves presence only, and the longer list is remembered.
    pub(super) fn keep(&self, address: &str, answer: &Answer, mut page: Page, bridge: Bridge) -> Page {
        let mut kept = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept.get(address).map_or(0, |last| last.page.rows.len());
        if bridge.is_of_wechat() && page.rows.len() < before {
            page.notes.push(shrunk(before, page.rows.len()));
            return page;
        }
        let header = |name: &str| answer.header(name).map(str::to_owned);
        let last = Last { tag: header("etag"), modified: header("last-modified"), page: page.clone() };
        kept.insert(address.to_owned(), last);
        page
    }
}

fn shrunk(before: usize, now: usize) -> Failure {
    Failure::new(Class::Blocked, format!("{before} items before, {now} now"))
        .because("shrunk")
        .advise("微信转接列出的条数比上次少，可能正在重建或采集失败：只采信看到的，请检查转接服务")
}
