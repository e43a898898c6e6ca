//! Values that are right each by itself and say nothing together: a policy should not hold a line that has no effect,
//! because its author believes that it has one.

use super::Fault;
use super::fields::OFF;
use super::text::Faults;
use super::values::{Entry, Given};
use crate::model::Environment;

/// Everything that contradicts itself. `line` tells the line of an offset.
pub(super) fn find(given: &[Given], line: &dyn Fn(usize) -> usize) -> Faults {
    let all = All { given, line };
    let mut faults = Vec::new();
    all.denied(&mut faults);
    all.shut_out(&mut faults);
    all.rules(&mut faults);
    all.repeated(&mut faults);
    faults
}

struct All<'a> {
    given: &'a [Given],
    line: &'a dyn Fn(usize) -> usize,
}

impl<'a> All<'a> {
    /// The texts of a field.
    fn of(&self, path: &[&str]) -> &'a [Entry] {
        self.given.iter().find(|given| given.path == path).map_or(&[], Given::entries)
    }

    fn fault(&self, other: &[&str], entry: &Entry, why: &'static str) -> Fault {
        Fault::Contradiction { other: other.join("."), line: (self.line)(entry.at), why }
    }

    /// Hosts that are allowed and denied.
    fn denied(&self, faults: &mut Faults) {
        let environments = Environment::ALL.iter().map(|environment| vec!["endpoints", environment.as_str()]);
        for table in std::iter::once(vec!["endpoints"]).chain(environments) {
            let mut denies = vec![vec!["endpoints", "deny"]];
            if table.len() > 1 {
                denies.push([&table[..], &["deny"]].concat());
            }
            let allowed = ["allow", "only"].into_iter().flat_map(|field| self.of(&[&table[..], &[field]].concat()));
            for entry in allowed {
                let outweighed = denies.iter().find_map(|deny| Some((deny, covering(self.of(deny), entry)?)));
                if let Some((deny, other)) = outweighed {
                    faults.push((entry.at, self.fault(deny, other, "denies it, whatever else allows it")));
                }
            }
        }
    }

    /// Hosts that are allowed where only others are.
    fn shut_out(&self, faults: &mut Faults) {
        let field = ["endpoints", "only"];
        let only = self.of(&field);
        let Some(first) = only.first() else { return };
        for entry in self.of(&["endpoints", "allow"]).iter().filter(|entry| covering(only, entry).is_none()) {
            faults.push((entry.at, self.fault(&field, first, "lets no other host pass; put this one there")));
        }
    }

    /// Rules that are looked at and not looked at.
    fn rules(&self, faults: &mut Faults) {
        let (only, except) = (["rules", "only"], ["rules", "except"]);
        let named = |field: &[&str], rule: &str| self.of(field).iter().find(|entry| entry.text == rule);
        for entry in self.of(&except) {
            if let Some(other) = named(&only, &entry.text) {
                faults.push((entry.at, self.fault(&only, other, "asks for this rule")));
            }
        }
        for given in self.given.iter().filter(|given| given.path[0] == "severity") {
            let (rule, off) = (given.path[1], given.entries().iter().any(|entry| entry.text == OFF));
            let fault = match (named(&except, rule), named(&only, rule), self.of(&only).first()) {
                (_, Some(other), _) if off => self.fault(&only, other, "asks for this rule"),
                (Some(other), _, _) if !off => self.fault(&except, other, "turns this rule off"),
                (_, None, Some(first)) if !off => self.fault(&only, first, "does not name this rule"),
                _ => continue,
            };
            faults.push((given.at, fault));
        }
    }

    /// Values of which the second has no effect.
    fn repeated(&self, faults: &mut Faults) {
        let files = self.of(&["rules", "files"]);
        for (at, entry) in files.iter().enumerate() {
            if files[..at].iter().any(|other| other.text == entry.text) {
                let problem = "this file is named twice";
                faults.push((entry.at, Fault::BadValue { field: "rules.files".to_owned(), problem }));
            }
        }
        if let Some(second) = self.of(&["output", "format"]).get(1) {
            let problem = "only one report goes to standard output; others take a file each, on the command line";
            faults.push((second.at, Fault::BadValue { field: "output.format".to_owned(), problem }));
        }
        let paths: Vec<&Given> = self.given.iter().filter(|given| given.path[0] == "paths").collect();
        for (at, given) in paths.iter().enumerate() {
            for entry in given.entries() {
                let before = paths[..at]
                    .iter()
                    .find_map(|other| Some((other, other.entries().iter().find(|before| before.text == entry.text)?)));
                if let Some((other, before)) = before {
                    faults.push((entry.at, self.fault(&other.path, before, "means the same paths and comes first")));
                }
            }
        }
    }
}

/// The pattern that means all that another one does.
fn covering<'a>(patterns: &'a [Entry], entry: &Entry) -> Option<&'a Entry> {
    let host = entry.host.as_ref()?;
    patterns.iter().find(|pattern| pattern.host.as_ref().is_some_and(|pattern| pattern.covers(host)))
}
