//! Container images of software that passes LLM traffic on.

use std::ops::Range;

use crate::model::{Confidence, EndpointKind, SignalId};
use crate::rules::Rules;
use crate::rules::schema::{Software, SoftwareKind};

use super::super::bytes::{line_end, run_after};
use super::super::redact::redact_text;
use super::{Search, Server};

/// A lead that is no reason to look at a blob.
const REPOSITORY: &str = "repository";

/// What stands in front of an image: in compose files, manifests, Dockerfiles and commands.
const LEADS: [(&[u8], &str); 6] = [
    (b"image:", "image"),
    (b"image\":", "image"),
    (b"image =", "image"),
    (b"repository:", REPOSITORY),
    (b"FROM ", "FROM"),
    (b"docker run", "docker run"),
];

/// Longest image that is read.
const LONGEST: usize = 300;

/// How far a command goes on over continued lines.
const COMMAND: usize = 1024;

/// The software whose image stands behind a lead that begins at `at`; the prefilter asks.
pub(in super::super) fn led_image<'r>(rules: &'r Rules, bytes: &[u8], at: usize) -> Option<&'r Software> {
    let (lead, form) = LEADS.iter().find(|(lead, _)| bytes[at..].starts_with(lead))?;
    let behind = at + lead.len();
    image(rules, bytes, behind, form).map(|(software, _)| software).or_else(|| {
        // `image:` over `repository: owner/name`, a line or two further down.
        let end = bytes.len().min(behind + 200);
        let below = memchr::memmem::find(&bytes[behind..end], b"repository:")?;
        image(rules, bytes, behind + below + 11, REPOSITORY).map(|(software, _)| software)
    })
}

impl<'r> Search<'_, 'r> {
    /// Every image of known software that runs something here, behind the leads that the prefilter has seen, or the one
    /// that only configs have.
    pub(super) fn images(&self, leads: &[usize]) -> Vec<Server<'r>> {
        let mut servers = Vec::new();
        for (lead, form) in LEADS {
            let rare = form == REPOSITORY && (self.text.kind.config || !leads.is_empty());
            let below = rare.then(|| memchr::memmem::find_iter(self.bytes, lead)).into_iter().flatten();
            for at in below.chain(leads.iter().copied().filter(|&at| self.bytes[at..].starts_with(lead))) {
                let Some((software, span)) = image(self.rules, self.bytes, at + lead.len(), form) else { continue };
                let prose = self.text.in_prose(span.start) || self.text.in_comment(span.start);
                let Some(signal) = signal(software.kind).filter(|_| !prose) else { continue };
                let shown = redact_text(&String::from_utf8_lossy(&self.bytes[span.clone()]));
                servers.push(Server {
                    start: span.start,
                    end: span.end,
                    upstream: software.images[0].to_string(),
                    url: shown,
                    kind: EndpointKind::SelfHosted,
                    service: Some(&software.name),
                    confidence: Confidence::High,
                    form,
                    signals: vec![signal],
                    // Such software gives its callers keys of its own.
                    guarded: true,
                });
            }
        }
        servers
    }
}

const fn signal(kind: SoftwareKind) -> Option<(SignalId, &'static str)> {
    match kind {
        SoftwareKind::Relay => Some((SignalId::PassThrough, "software that passes requests on")),
        SoftwareKind::Pool => Some((SignalId::Pooling, "software that shares keys among its callers")),
        SoftwareKind::Bridge => Some((SignalId::AccountBridge, "software that turns accounts into an API")),
        SoftwareKind::Gateway => Some((SignalId::KeyInjecting, "software that keeps the vendors' keys")),
        SoftwareKind::FrontEnd => None,
    }
}

/// The software whose image is the value at `at`, with the image's place.
fn image<'r>(rules: &'r Rules, bytes: &[u8], at: usize, form: &str) -> Option<(&'r Software, Range<usize>)> {
    if form == "docker run" {
        return command(rules, bytes, at);
    }
    let mut start = at + run_after(bytes, at, 8, |byte| matches!(byte, b' ' | b'\t' | b'"' | b'\''));
    while form == "FROM" && bytes[start..].starts_with(b"--") {
        start += run_after(bytes, start, LONGEST, |byte| byte != b' ' && byte != b'\n');
        start += run_after(bytes, start, 8, |byte| byte == b' ');
    }
    word(rules, bytes, start)
}

/// The first word of a command that is an image.
fn command<'r>(rules: &'r Rules, bytes: &[u8], at: usize) -> Option<(&'r Software, Range<usize>)> {
    let ceiling = bytes.len().min(at + COMMAND);
    let mut end = line_end(bytes, at);
    while end < ceiling && bytes[..end].trim_ascii_end().ends_with(b"\\") {
        end = line_end(bytes, end + 1);
    }
    let mut start = at;
    while start < end {
        start += run_after(bytes, start, end - start, |byte| byte.is_ascii_whitespace() || byte == b'\\');
        let length = run_after(bytes, start, end - start, |byte| !byte.is_ascii_whitespace());
        // An option's value, such as `-v /data/one-api:/data`, is no image.
        let path = matches!(bytes.get(start), Some(b'/' | b'.' | b'-'));
        if let Some(found) = word(rules, bytes, start).filter(|_| !path) {
            return Some(found);
        }
        start += length.max(1);
    }
    None
}

/// The image that begins at `start`: its path without quotes, tag and digest.
fn word<'r>(rules: &'r Rules, bytes: &[u8], start: usize) -> Option<(&'r Software, Range<usize>)> {
    let length = run_after(bytes, start, LONGEST, |byte| {
        byte > b' ' && byte < 0x7f && !matches!(byte, b'"' | b'\'' | b'`' | b',' | b';')
    });
    let whole = &bytes[start..start + length];
    let name = memchr::memrchr(b'/', whole).map_or(0, |slash| slash + 1);
    let tag = whole[name..].iter().position(|byte| matches!(byte, b':' | b'@' | b'}'));
    let path = &whole[..tag.map_or(whole.len(), |tag| name + tag)];
    let software = rules.software_of_image(path)?;
    Some((software, start..start + path.len()))
}
