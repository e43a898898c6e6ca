//! Who wrote a commit, under the name that the repository's mailmap gives.

use gix_mailmap::Snapshot;

use super::commit::Person;
use super::repositories::Located;
use crate::source::open::read_small;

/// Largest mailmap that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The names of authors.
pub(in crate::source) struct Authors(Snapshot);

impl Authors {
    /// Reads the mailmap of a work tree.
    pub(in crate::source) fn of(located: &Located) -> Self {
        let text = read_small(&located.top.join(".mailmap"), LARGEST).unwrap_or_default();
        Self(Snapshot::from_bytes(&text))
    }

    /// The name that a person goes by.
    pub(in crate::source) fn name(&self, person: Person<'_>) -> String {
        let signature = gix_actor::SignatureRef { name: person.name.into(), email: person.email.into(), time: "" };
        let resolved = self.0.try_resolve_ref(signature).and_then(|resolved| resolved.name);
        String::from_utf8_lossy(resolved.map_or(person.name, |name| name.as_ref())).into_owned()
    }
}
