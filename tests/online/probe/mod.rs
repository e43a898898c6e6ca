//! What stands behind an endpoint, asked of servers on this machine.
//!
//! A test says which addresses a name has. Every public one leads to the test's server; no name is ever looked up.

mod command;
mod hostile;
mod private;
mod real;
mod report;
mod sent;
mod software;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use keyscan::model::{Online, ProbeFacts, ProbeReason};
use keyscan::online::{Bounds, Names, Options, ask};
use keyscan::rules::Rules;

use super::bounds;
use super::server::{Asked, Reply, Server};

/// A public address.
const PUBLIC: &str = "93.184.215.14";
/// A host in no catalogue.
const HOST: &str = "http://api.nobody-knows.dev";

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Options under which every name is that of the server.
fn options(server: &Server) -> Options {
    let names = Names::for_tests(|_| vec![address(PUBLIC)], server.port);
    let bounds = Bounds { probe: Duration::from_secs(2), endpoint: Duration::from_secs(6), ..bounds() };
    Options { probe: true, names, bounds, ..Options::default() }
}

fn ask_all(options: &Options, urls: &[&str]) -> Online {
    let urls: BTreeSet<String> = urls.iter().map(|url| (*url).to_owned()).collect();
    ask(options, &[], &urls, &Rules::builtin(), keyscan::detect::redact_text).unwrap()
}

/// What is learnt of one URL.
fn probe(options: &Options, url: &str) -> ProbeFacts {
    ask_all(options, &[url]).endpoints.remove(url).expect("every URL has its facts")
}

/// Why nothing was learnt of the server.
fn reason(options: &Options, url: &str) -> ProbeReason {
    let facts = probe(options, url);
    assert_eq!(facts.software, None);
    facts.reason
}

fn nothing_here() -> Reply {
    Reply::Http(404, vec![("content-type", "text/plain".to_owned())], "404 page not found".to_owned())
}

/// An answer at one path, and nothing elsewhere.
fn only_at(path: &'static str, reply: Reply) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
    move |asked| if asked.path() == path { reply.clone() } else { nothing_here() }
}

/// The status page of a New API.
fn new_api() -> Reply {
    let tells = Rules::builtin().tells();
    let tell = tells.iter().find(|tell| tell.id == "new-api-status").unwrap();
    Reply::json(200, &tell.example.body)
}
