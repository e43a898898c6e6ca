//! Whole files: which host receives the key, whatever the program calls its variables, methods and wrappers.

use keyscan::assess::{Fingerprinter, Policy, assess};
use keyscan::model::{BlobMatches, BlobPath, Exposure, Finding, Origin, SignalId, Subject};

use super::{has, receiver, rules, signal_detail};
use crate::support::expand;
use crate::support::library::{detect, detector};

const RELAY: &str = "api.chatanywhere.tech";

/// The findings about keys in a file, in the order of their places. `{M}`, `{M2}` and `{N}` stand for keys with a marker
/// and one without, `{R}` for a relay's host.
fn keys_of(path: &str, content: &str) -> Vec<Finding> {
    let marked = |seed| expand("sk-proj-{74:url}T3{}BlbkFJ{74}", seed);
    let content = content
        .replace("{M}", &marked(1))
        .replace("{M2}", &marked(2))
        .replace("{N}", &expand("sk-{48}", 3))
        .replace("{R}", RELAY);
    let matches = detect(&detector(), path, content.as_bytes());
    let origin = Origin::new(0, BlobPath { text: path.to_owned(), percent: false }, Exposure::Tracked);
    let blobs = vec![BlobMatches { origin, matches }];
    let all = assess(blobs, &[], rules(), &Policy::default(), &Fingerprinter::plain()).findings;
    let mut keys: Vec<Finding> = all.into_iter().filter(|finding| matches!(finding.subject, Subject::Key(_))).collect();
    keys.sort_by_key(|finding| finding.occurrences[0].position);
    keys
}

#[test]
fn names_of_variables_methods_and_wrappers_are_no_vendors() {
    let mut table: Vec<(&str, String)> = Vec::new();
    for name in ["config", "cfg", "conf", "c", "oaiCfg", "gptConfig", "myClient", "relayCfg"] {
        let text = format!("{name} := openai.DefaultConfig(\"{{M}}\")\n{name}.BaseURL = \"https://{{R}}/v1\"\n");
        table.push(("main.go", text));
    }
    for name in [
        "RELAY_BASE_URL",
        "GPT_BASE_URL",
        "CHATGPT_BASE_URL",
        "ONEAPI_BASE_URL",
        "NEXTCHAT_BASE_URL",
        "MY_APP_API_BASE",
        "OPENAI_BASE_URL_PROD",
        "OPENAI_BASE_URL_MAIN",
        "HELICONE_BASE_URL",
    ] {
        table.push((".env", format!("OPENAI_API_KEY={{M}}\n{name}=https://{{R}}/v1\n")));
        table.push((".env", format!("{name}=https://{{R}}/v1\n\n\nOPENAI_API_KEY={{M}}\n")));
    }
    for name in ["MY_KEY", "TEAM_OPENAI_KEY", "SUMMARY_OPENAI_KEY", "WHISPER_API_KEY", "CHATGPT_KEY"] {
        for url in ["OPENAI_BASE_URL", "OPENAI_API_BASE"] {
            table.push((".env", format!("{name}={{M}}\n{url}=https://{{R}}/v1\n")));
        }
    }
    for text in [
        "c.BaseAddress = new Uri(\"https://{R}/v1\");\n\
         c.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(\"Bearer\", \"{N}\");\n",
        "c.BaseAddress = new Uri(\"https://{R}/v1\");\n\
         c.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(\"Bearer\", \"{M}\");\n",
    ] {
        table.push(("Client.cs", text.to_owned()));
    }
    let more = [
        (
            "settings.py",
            "class S(BaseSettings):\n    openai_api_key: str = Field(\"{M}\")\n    openai_base_url: str = \
             Field(\"https://{R}/v1\")\n",
        ),
        (
            "client.m",
            "NSURL *url = [NSURL URLWithString:@\"https://{R}/v1/chat/completions\"];\n[request setValue:@\"Bearer {N}\" \
             forHTTPHeaderField:@\"Authorization\"];\n",
        ),
        ("app.min.js", "var a=\"{N}\",b=\"https://{R}/v1/chat/completions\";fetch(b,{headers:{Authorization:a}})"),
        ("app.min.js", "var a=\"{M}\",b=\"https://{R}/v1/chat/completions\";fetch(b,{headers:{Authorization:a}})"),
        (".env", "OPENAI_API_KEY={M}\nRELAY=\"https://{R}/v1\"\n"),
        ("app.js", "const OPENAI_API_KEY = \"{M}\";\nconst gateway = \"https://{R}/v1\";\n"),
        ("index.html", "<div data-openai-key=\"{M}\" data-api-base=\"https://{R}/v1\"></div>\n"),
        ("application.properties", "app.chat.openai.api-key={M}\nspring.ai.openai.base-url=https://{R}\n"),
    ];
    table.extend(more.map(|(path, text)| (path, text.to_owned())));
    let mut wrong = Vec::new();
    for (path, text) in table {
        let keys = keys_of(path, &text);
        assert_eq!(keys.len(), 1, "{path}: {text}");
        if receiver(&keys[0]) != Some(RELAY) || has(&keys[0], SignalId::DefaultEndpoint) {
            wrong.push(format!("{path}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{} not paired:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_refused_endpoint_is_possible_and_never_the_default() {
    let table = [
        // Two vendors by name: never a pair, but no certainty about the default either.
        ("OPENAI_API_KEY={M}\nANTHROPIC_BASE_URL=https://{R}/v1\n", Some(RELAY)),
        ("ANTHROPIC_API_KEY={M}\nOPENAI_BASE_URL=https://{R}/v1\n", Some(RELAY)),
        ("OPENAI_API_KEY={M}\nOPENAI_BASE_URL_2=https://{R}/v1\n", Some(RELAY)),
        ("OPENAI_API_KEY_DEV={M}\nOPENAI_BASE_URL_PROD=https://{R}/v1\n", Some(RELAY)),
        // An address that another vendor's key has, and the other vendor's own address.
        ("OPENAI_API_KEY={M}\nANTHROPIC_API_KEY={N}\nANTHROPIC_BASE_URL=https://{R}/v1\n", None),
        ("OPENAI_API_KEY={M}\nRAG_API_KEY={M2}\nRAG_BASE_URL=https://{R}/v1\n", None),
        ("OPENAI_API_KEY={M}\nANTHROPIC_BASE_URL=https://api.anthropic.com\n", None),
        ("OPENAI_API_KEY={M}\nOPENAI_API_KEY_2={M2}\nOPENAI_BASE_URL_2=https://{R}/v1\n", None),
        ("OPENAI_API_KEY={M}\n", None),
    ];
    for (text, wanted) in table {
        let keys = keys_of(".env", text);
        assert_eq!(receiver(&keys[0]), None, "{text}");
        assert_eq!(signal_detail(&keys[0], SignalId::PossibleEndpoint), wanted, "{text}");
        assert_eq!(has(&keys[0], SignalId::DefaultEndpoint), wanted.is_none(), "{text}");
    }
}

#[test]
fn several_strangers_of_different_hosts_are_named_and_none_is_picked() {
    let two = "api.chatanywhere.tech, aihubmix.com";
    let table = [
        ("OPENAI_API_KEY={M}\nFOO_BASE_URL=https://{R}/v1\nBAR_BASE_URL=https://aihubmix.com/v1\n", None, Some(two)),
        ("FOO_BASE_URL=https://{R}/v1\nOPENAI_API_KEY={M}\nBAR_BASE_URL=https://aihubmix.com/v1\n", None, Some(two)),
        // One host, one that is clearly nearer, one that a name ties, one of the same vendor.
        ("OPENAI_API_KEY={M}\nFOO_BASE_URL=https://{R}/v1\nBAR_BASE_URL=https://{R}/v2\n", Some(RELAY), None),
        (
            "OPENAI_API_KEY={M}\nFOO_BASE_URL=https://{R}/v1\n\n\n\n\n\nBAR_BASE_URL=https://aihubmix.com/v1\n",
            Some(RELAY),
            None,
        ),
        (
            "OPENAI_API_KEY={M}\nFOO_BASE_URL=https://aihubmix.com/v1\nOPENAI_BASE_URL=https://{R}/v1\n",
            Some(RELAY),
            None,
        ),
        (
            "OPENAI_API_KEY={M}\nFOO_BASE_URL=https://aihubmix.com/v1\nTEAM_OPENAI_BASE_URL=https://{R}/v1\n",
            Some(RELAY),
            None,
        ),
    ];
    for (text, wanted, possible) in table {
        let keys = keys_of(".env", text);
        assert_eq!(receiver(&keys[0]), wanted, "{text}");
        assert_eq!(signal_detail(&keys[0], SignalId::PossibleEndpoint), possible, "{text}");
        assert!(!has(&keys[0], SignalId::DefaultEndpoint), "{text}");
    }
}
