//! When a run took place, for the formats that must say so. The machine's own clock is never asked: the same input has to
//! give the same bytes, so the time is what the environment says, or 1970.

use super::args::from_environment;

/// Times that CI jobs of GitLab are told.
const OF_JOB: [&str; 2] = ["CI_JOB_STARTED_AT", "CI_PIPELINE_CREATED_AT"];

/// The time of the run in seconds since 1970.
pub(super) fn time() -> i64 {
    let text = |name: &str| from_environment(name).and_then(|value| value.into_string().ok());
    let reproducible = text("SOURCE_DATE_EPOCH").and_then(|seconds| seconds.parse().ok());
    reproducible.or_else(|| OF_JOB.into_iter().find_map(|name| parse(&text(name)?))).unwrap_or(0)
}

/// A date with its time, and nothing that needs a clock to be understood.
fn parse(text: &str) -> Option<i64> {
    let dated = text.len() >= "1970-01-01T00:00:00".len() && text.starts_with(|c: char| c.is_ascii_digit());
    dated.then(|| gix_date::parse(text, None).ok()).flatten().map(|time| time.seconds)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn times_have_a_date() {
        assert_eq!(parse("2026-01-31T16:47:55Z"), Some(1_769_878_075));
        assert_eq!(parse("2026-01-31T17:47:55+01:00"), Some(1_769_878_075));
        assert_eq!(parse("2026-01-31 16:47:55 +0000"), Some(1_769_878_075));
        for text in ["", "now", "yesterday", "16:47", "1769878075", "2026-01-31T16:47:55Zx\n"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
