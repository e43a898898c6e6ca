//! Who wrote a commit, under the name that the repository's mailmap gives.

use gix_hash::ObjectId;
use gix_mailmap::Snapshot;
use gix_object::{Kind, TreeRefIter};

use super::commit::{self, Person};
use super::objects::Objects;
use super::repositories::Located;
use crate::source::Redact;
use crate::source::open::read_small;

/// Largest mailmap that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The names of authors.
pub(in crate::source) struct Authors(Snapshot);

impl Authors {
    /// Reads the mailmap of a work tree, or without one that of the commit checked out.
    pub(in crate::source) fn of(located: &Located, objects: &Objects, head: Option<ObjectId>) -> Self {
        let text = read_small(&located.top.join(".mailmap"), LARGEST);
        let text = text.or_else(|| committed(objects, head?)).unwrap_or_default();
        Self(Snapshot::from_bytes(&text))
    }

    /// The name of who wrote a commit or a tag, without keys; none where nobody is named.
    pub(in crate::source) fn of_object(&self, bytes: &[u8], redact: Redact<'_>) -> Option<String> {
        let name = commit::author(bytes).map(|person| self.name(person))?;
        Some(redact(&name)).filter(|name| !name.is_empty())
    }

    /// The name that a person goes by.
    fn name(&self, person: Person<'_>) -> String {
        let signature = gix_actor::SignatureRef { name: person.name.into(), email: person.email.into(), time: "" };
        let resolved = self.0.try_resolve_ref(signature).and_then(|resolved| resolved.name);
        String::from_utf8_lossy(resolved.map_or(person.name, |name| name.as_ref())).into_owned()
    }
}

fn committed(objects: &Objects, tree: ObjectId) -> Option<Vec<u8>> {
    let (mut reader, mut buffer) = (objects.reader(), Vec::new());
    reader.read(&tree, &mut buffer).ok().filter(|kind| *kind == Kind::Tree)?;
    let mut entries = TreeRefIter::from_bytes(&buffer, tree.kind()).map_while(Result::ok);
    let id = entries.find(|entry| entry.filename == ".mailmap")?.oid.to_owned();
    reader.read(&id, &mut buffer).ok()?;
    Some(buffer).filter(|text| text.len() as u64 <= LARGEST)
}
