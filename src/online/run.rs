//! One run: says what will be sent, sends it, and puts the answers together.

use std::collections::BTreeSet;

use tokio::runtime::Builder;

use crate::model::Online;
use crate::rules::Rules;

use super::client::Client;
use super::{Candidate, OnlineError, Options, Redact, account, probe, verify};

pub(super) fn ask(
    options: &Options,
    candidates: &[Candidate<'_>],
    endpoints: &BTreeSet<String>,
    rules: &Rules,
    redact: Redact,
) -> Result<Online, OnlineError> {
    let (checks, answers) = rules.checks();
    let planned = if options.verify { verify::plan(candidates, &checks) } else { Vec::new() };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|_| OnlineError::NoClient)?;
    let asked = runtime.block_on(async {
        let mut online = Online::default();
        if !planned.is_empty() {
            let client = Client::new(options)?;
            verify::announcements(&planned).iter().for_each(|line| (options.announce)(line));
            for (fingerprint, verification) in verify::ask(&client, &planned, &answers).await {
                online.keys.entry(fingerprint).or_default().verification = Some(verification);
            }
        }
        if let Some(admin) = &options.own_account {
            let client = Client::new(options)?;
            account::announcements().for_each(|line| (options.announce)(&line));
            let listed = account::list(&client, admin, &redact).await;
            for (fingerprint, holding) in account::holdings(candidates, &listed) {
                online.keys.entry(fingerprint).or_default().holding = Some(holding);
            }
            online.account = Some(listed.facts());
        }
        if options.probe {
            let plan = probe::Plan::new(endpoints, options.probe_private, &redact);
            plan.announcement().iter().for_each(|line| (options.announce)(line));
            let (told, counts) = probe::ask(options, plan, rules, redact).await?;
            online.endpoints = told;
            online.probes = Some(counts);
        }
        Ok(online)
    });
    // A name that is still being looked up would keep the run waiting.
    runtime.shutdown_background();
    asked
}
