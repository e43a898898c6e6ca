//! What many findings say in the same words is held once: a run may have many, and nearly all of them say the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Advice, Confidence, Finding, Risk, Severity, Signal};

/// The lists of the findings so far.
#[derive(Default)]
pub(super) struct Shared {
    reaches: Lists<(Severity, Confidence)>,
    advice: Lists<Advice>,
    risks: Lists<Risk>,
    signals: Lists<Signal>,
}

impl Shared {
    /// The same finding in as little memory as can be.
    pub(super) fn finding(&mut self, mut finding: Finding) -> Finding {
        self.reaches.share(&mut finding.reaches);
        self.advice.share(&mut finding.advice);
        self.risks.share(&mut finding.risks);
        self.signals.share(&mut finding.signals);
        finding.message.shrink_to_fit();
        // What was left of the places that they were taken from is larger than they are.
        finding.occurrences.shrink_to_fit();
        finding.related.shrink_to_fit();
        finding
    }
}

/// Lists, each once.
struct Lists<T>(BTreeSet<Arc<[T]>>);

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}

impl<T: Ord> Lists<T> {
    fn share(&mut self, list: &mut Arc<[T]>) {
        match self.0.get(list) {
            Some(known) => *list = Arc::clone(known),
            None => {
                self.0.insert(Arc::clone(list));
            }
        }
    }
}
