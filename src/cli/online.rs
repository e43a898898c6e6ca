//! The options that ask somebody: what was typed, and the admin key from where nobody else sees it.

use anyhow::{Context, Result};
use keyscan::online::{AdminKey, OnlineError, Options, is_built_in, is_proxy};

use super::args::{ScanArgs, from_environment};
use super::bounded::{self, Accept};
use super::error::hinted;
use super::{hints, progress};

/// The variable that holds the admin key.
const VARIABLE: &str = "KEYSCAN_ADMIN_KEY";
/// Largest file of an admin key that is read, in bytes.
const MAX_ADMIN_KEY: u64 = 64 * 1024;

/// Whom the run asks what. Nothing but the command line and the variable it names can make it ask: no policy file has a say.
pub(super) fn options(args: &ScanArgs) -> Result<Options> {
    let asks = args.verify || args.own_account || args.probe;
    if asks && !is_built_in() {
        return Err(hinted(OnlineError::NotBuiltIn.to_string(), hints::of_online(OnlineError::NotBuiltIn)));
    }
    if args.online_proxy.is_some() && !asks {
        let hint = "add --verify, --own-account or --probe";
        return Err(hinted("--online-proxy is given, but nobody is asked anything", hint));
    }
    Ok(Options {
        verify: args.verify,
        own_account: if args.own_account { Some(admin_key(args)?) } else { None },
        probe: args.probe,
        probe_private: args.probe_private,
        proxy: proxy(args.online_proxy.as_deref())?,
        announce,
        ..Options::default()
    })
}

/// What will be asked, on standard error, with -q too.
pub(super) fn announce(line: &str) {
    progress::clear();
    super::say(line);
}

fn admin_key(args: &ScanArgs) -> Result<AdminKey> {
    let hint = format!("put the admin key of your organization into {VARIABLE}, or name a file with --admin-key-file");
    let key = match &args.admin_key_file {
        Some(file) => {
            let read = bounded::file(file, Accept::RegularOrPipe, MAX_ADMIN_KEY);
            let bytes = zeroize::Zeroizing::new(read.with_context(|| format!("--admin-key-file {}", file.display()))?);
            AdminKey::new(&bytes)
        }
        None => match from_environment(VARIABLE) {
            Some(value) => AdminKey::new(zeroize::Zeroizing::new(value.into_encoded_bytes()).as_slice()),
            None => return Err(hinted("--own-account needs an admin key, and there is none", hint)),
        },
    };
    // What is wrong with it is not told: it would have to be quoted.
    key.map_err(|error| hinted(error.to_string(), hint))
}

/// The proxy to go through. A variable counts only if it is asked for.
pub(super) fn proxy(named: Option<&str>) -> Result<Option<String>> {
    let Some(named) = named else { return Ok(None) };
    let url = if named == "env" {
        let variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        let found = variables.into_iter().find_map(from_environment).and_then(|value| value.into_string().ok());
        found.ok_or_else(|| {
            hinted("--online-proxy env: no variable names a proxy", "set HTTPS_PROXY, or name the proxy itself")
        })?
    } else {
        named.to_owned()
    };
    // Before anything is scanned: what was found must not be lost to it.
    if !is_proxy(&url) {
        return Err(hinted(OnlineError::Proxy.to_string(), hints::of_online(OnlineError::Proxy)));
    }
    Ok(Some(url))
}
