//! Facts in words for people, for all formats that have sentences.

use crate::model::{
    EndpointFacts, EndpointKind, Evidence, Exposure, Finding, KeyFacts, Limit, Occurrence, Position, SetAsideKind,
    SkipReason, SuppressionKind,
};
use crate::rules::Rules;

/// A number with its noun, which takes an s: `1 file`, `1,234 files`.
pub(super) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A number with a comma behind each three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in the unit that leaves it readable.
pub(super) fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if number < 1024 {
        return count(number, "byte");
    }
    // Tenths of the unit in integers, so that every machine rounds alike.
    let mut tenths = u128::from(number) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// Kind and name of an endpoint.
pub(super) fn endpoint(endpoint: &EndpointFacts) -> String {
    let kind = match endpoint.kind {
        EndpointKind::Official => "official API",
        EndpointKind::Provider => "another vendor's own API",
        EndpointKind::Aggregator => "aggregator",
        EndpointKind::Gateway => "gateway",
        EndpointKind::Relay => "relay",
        EndpointKind::Proxy => "proxy on a public platform",
        EndpointKind::SelfHosted => "self-hosted",
        EndpointKind::Unknown => "in no catalogue",
    };
    match (endpoint.probe.as_ref().and_then(|probe| probe.software.as_ref()), &endpoint.service) {
        (Some(software), _) => format!("{kind}, says it runs {}", software.named()),
        (None, Some(service)) => format!("{kind}, {service}"),
        (None, None) => kind.to_owned(),
    }
}

/// What kind of key it is and whose.
pub(super) fn key(key: &KeyFacts, rules: &Rules) -> String {
    let format = match (rules.key(&key.format), key.format.as_str()) {
        (Some(format), _) => &*format.name,
        (None, "openai-fragment") => "piece of an OpenAI key",
        (None, "unknown") => "format not known",
        (None, id) => id,
    };
    let Some(id) = key.issuer.as_deref() else { return format!("{format}, issuer not known") };
    let issuer = rules.issuer(id).map_or(id, |issuer| &issuer.name);
    if format.contains(issuer) { format.to_owned() } else { format!("{format}, issued by {issuer}") }
}

/// How close to the key the endpoint is set.
pub(super) const fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::SameCall => "set in the same call",
        Evidence::SameItem => "set in the same list item",
        Evidence::SameMap => "set in the same object",
        Evidence::SameService => "set for the same service",
        Evidence::SameSection => "set in the same section",
        Evidence::SameFile => "set in the same file",
        Evidence::SameProject => "set elsewhere in the project",
        Evidence::Default => "by default",
    }
}

/// Each distinct receiver, with the evidence of its first place.
pub(super) fn receivers(finding: &Finding) -> Vec<(&EndpointFacts, Evidence)> {
    let mut receivers: Vec<(&EndpointFacts, Evidence)> = Vec::new();
    for receiver in finding.occurrences.iter().filter_map(|place| place.receiver.as_ref()) {
        if receivers.iter().all(|(known, _)| known.host != receiver.endpoint.host) {
            receivers.push((&receiver.endpoint, receiver.evidence));
        }
    }
    receivers
}

/// `path:line:column`, which editors and terminals follow.
pub(super) fn place(shown: &str, position: &Position) -> String {
    format!("{shown}:{}:{}", position.line, position.column)
}

/// What is known of one place, besides where it is.
pub(super) fn facts(place: &Occurrence) -> Vec<String> {
    place.setting.iter().cloned().chain(circumstances(place)).collect()
}

/// What is known of one place, besides where it is and under which name.
pub(super) fn circumstances(place: &Occurrence) -> Vec<String> {
    let mut facts: Vec<String> = place.part.iter().cloned().collect();
    facts.push(exposure(place.exposure).to_owned());
    facts.extend(place.environment.map(|environment| environment.as_str().to_owned()));
    if !place.encoding.is_empty() {
        facts.push(format!("behind {}", place.encoding.join(", ")));
    }
    if let Some(commit) = &place.commit {
        let short: String = commit.chars().take(10).collect();
        facts.push(match &place.author {
            // Who tags a commit need not have made it.
            Some(author) if is_tag(place) => format!("commit {short}, tagged by {author}"),
            Some(author) => format!("commit {short} by {author}"),
            None => format!("commit {short}"),
        });
    } else if let Some(author) = &place.author {
        facts.push(format!("{} {author}", if is_tag(place) { "tagged by" } else { "by" }));
    }
    facts
}

/// Whether a place is the message of a tag.
fn is_tag(place: &Occurrence) -> bool {
    place.exposure == Exposure::History && place.shown.starts_with("message of tag ")
}

/// How far a file has got out.
pub(super) const fn exposure(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Tracked => "tracked",
        Exposure::Untracked => "not tracked, not ignored",
        Exposure::Ignored => "git-ignored",
        Exposure::OutsideGit => "outside git",
        Exposure::Staged => "staged",
        Exposure::History => "in history",
        Exposure::GitMetadata => "in git's own files",
        Exposure::Stdin => "standard input",
    }
}

/// Why something was not read.
pub(super) const fn explain(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Unreadable => "it could not be opened or read",
        SkipReason::TooLarge => "it is larger than the limit set for this run",
        SkipReason::Limit => "it holds more than is read or counted, and the rest was left out",
        SkipReason::Beyond(limit) => match limit {
            Limit::MemberSize => "it is larger, unpacked, than --max-member-size allows, and the rest was left out",
            Limit::ArchiveSize => "its archive holds more, unpacked, than --max-archive-size allows",
            Limit::ArchiveRatio => "it unpacks to more than --max-archive-ratio allows, and the rest was left out",
            Limit::ArchiveMembers => "its archive has more members than --max-archive-members allows",
            Limit::ArchiveDepth => "it lies deeper in other archives than --max-archive-depth allows",
            Limit::DecodedSize => {
                "it holds more encoded text than --max-decoded-size allows, and the rest was not decoded"
            }
            Limit::DecodeDepth => "something in it is encoded more times than --max-decode-depth allows",
            Limit::Matches => "it holds more than 10,000 matches, and only the first of them were kept",
            Limit::Findings => "there are more than 200,000 findings, and only the worst of them were kept",
        },
        SkipReason::Changed => "it changed while it was read",
        SkipReason::SpecialFile => "a device, socket or pipe is no regular file",
        SkipReason::Symlink => "symbolic links are not followed",
        SkipReason::LfsPointer => "the content of a Git LFS pointer is not here",
        SkipReason::Submodule => "a submodule was not read",
        SkipReason::Unparsed => "it breaks the rules of its format, so only its text was looked at",
        SkipReason::DamagedObject => "an object of the repository is damaged",
        SkipReason::MissingObject => "an object that the repository names is not here",
        SkipReason::ShallowHistory => "the history of the repository is cut off",
        SkipReason::Encrypted => "a password protects it",
        SkipReason::Damaged => "it is a damaged archive",
        SkipReason::Unsupported => "it is packed in a way that is not known",
        SkipReason::NotOpened => "an archive, and --max-archive-depth 0 says that none is to be opened",
        SkipReason::NotDecoded => "it holds encoded text, and --max-decode-depth 0 says that none is to be decoded",
        SkipReason::Unopened => "the archive, or a part of it, cannot be unpacked",
    }
}

/// Why something was not read, in two or three words.
pub(super) const fn reason(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Unreadable => "unreadable",
        SkipReason::TooLarge => "too large",
        SkipReason::Limit => "beyond a limit",
        SkipReason::Beyond(limit) => match limit {
            Limit::MemberSize => "larger than --max-member-size",
            Limit::ArchiveSize => "behind --max-archive-size",
            Limit::ArchiveRatio => "unpacks to more than --max-archive-ratio",
            Limit::ArchiveMembers => "behind --max-archive-members",
            Limit::ArchiveDepth => "deeper than --max-archive-depth",
            Limit::DecodedSize => "encoded text behind --max-decoded-size",
            Limit::DecodeDepth => "encoded more times than --max-decode-depth",
            Limit::Matches => "more than 10,000 matches",
            Limit::Findings => "more than 200,000 findings",
        },
        SkipReason::Changed => "changed",
        SkipReason::SpecialFile => "special file",
        SkipReason::Symlink => "symlink",
        SkipReason::LfsPointer => "LFS pointer",
        SkipReason::Submodule => "submodule",
        SkipReason::Unparsed => "read as text only",
        SkipReason::DamagedObject => "damaged object",
        SkipReason::MissingObject => "missing object",
        SkipReason::ShallowHistory => "shallow history",
        SkipReason::Encrypted => "encrypted",
        SkipReason::Damaged => "damaged archive",
        SkipReason::Unsupported => "packed in an unknown way",
        SkipReason::NotOpened => "closed archive",
        SkipReason::NotDecoded => "undecoded file",
        SkipReason::Unopened => "incompletely opened archive",
    }
}

/// What was set aside, as people call one of it.
pub(super) const fn set_aside_kind(kind: SetAsideKind) -> &'static str {
    match kind {
        SetAsideKind::Config => "config file",
        SetAsideKind::Baseline => "baseline",
        SetAsideKind::Rules => "rule file",
        SetAsideKind::IgnoreFile => "ignore file",
        SetAsideKind::InlineAllow => "inline comment",
        SetAsideKind::ReportHead => "report head",
    }
}

/// What lets a place pass.
pub(super) const fn let_pass_by(kind: SuppressionKind) -> &'static str {
    match kind {
        SuppressionKind::Inline => "by inline comment",
        SuppressionKind::Policy => "by policy",
        SuppressionKind::Baseline => "by baseline",
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, count};

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [count(0, "file"), count(1, "file"), count(1_234_567, "file")],
            ["0 files", "1 file", "1,234,567 files"]
        );
        assert_eq!(bytes(1023), "1,023 bytes");
        assert_eq!(bytes(1024), "1.0 KiB");
        assert_eq!(bytes(1024 * 1024 - 1), "1023.9 KiB");
        assert_eq!(bytes(12_897_485), "12.3 MiB");
        assert_eq!(bytes(u64::MAX), "16777215.9 TiB");
    }
}
