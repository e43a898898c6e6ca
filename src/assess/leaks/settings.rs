//! Settings whose values are compiled into what browsers and apps receive: build tools tell them by their prefix.

use crate::model::{Confidence, SignalId, scope_name};

use super::Leak;

/// Prefixes, each with how sure it is that a build tool gave it. Sources: the page on environment variables in the
/// documentation of each tool.
const PREFIXES: &[(&str, Confidence)] = &[
    ("NEXT_PUBLIC_", Confidence::High),     // Next.js
    ("VITE_", Confidence::High),            // Vite, and what is built on it
    ("RENDERER_VITE_", Confidence::High),   // electron-vite
    ("REACT_APP_", Confidence::High),       // Create React App
    ("EXPO_PUBLIC_", Confidence::High),     // Expo
    ("NUXT_PUBLIC_", Confidence::High),     // Nuxt
    ("NUXT_ENV_", Confidence::High),        // Nuxt 2
    ("VUE_APP_", Confidence::High),         // Vue CLI
    ("GATSBY_", Confidence::High),          // Gatsby
    ("NG_APP_", Confidence::High),          // @ngx-env/builder
    ("PLASMO_PUBLIC_", Confidence::High),   // Plasmo
    ("WXT_", Confidence::Medium),           // WXT
    ("SNOWPACK_PUBLIC_", Confidence::High), // Snowpack
    ("NX_PUBLIC_", Confidence::High),       // Nx
    ("BUN_PUBLIC_", Confidence::High),      // Bun's development server
    ("TARO_APP_", Confidence::High),        // Taro
    ("STORYBOOK_", Confidence::High),       // Storybook
    ("REDWOOD_ENV_", Confidence::High),     // Redwood
    ("MIX_", Confidence::Medium),           // Laravel Mix
    ("SANITY_STUDIO_", Confidence::High),   // Sanity Studio
    ("RAZZLE_", Confidence::Medium),        // Razzle
    ("UMI_APP_", Confidence::High),         // Umi
    ("GRIDSOME_", Confidence::High),        // Gridsome
    ("PRELOAD_VITE_", Confidence::High),    // electron-vite
    ("MAIN_VITE_", Confidence::High),       // electron-vite: in the app that people install
    ("MODERN_PUBLIC_", Confidence::High),   // Modern.js
    ("ELM_APP_", Confidence::High),         // Create Elm App
    ("PREACT_APP_", Confidence::High),      // Preact CLI
    ("PUBLIC_", Confidence::Medium),        // SvelteKit, Astro, Rsbuild; and names of anybody's own
];

/// What the name of a setting says about a key in it.
pub(super) fn leak(setting: Option<&str>) -> Option<Leak> {
    let name = scope_name(setting?);
    let constant = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    // `PUBLIC_KEY` is half of a pair of keys.
    if !constant || name.starts_with("PUBLIC_KEY") {
        return None;
    }
    let (_, sure) = PREFIXES.iter().find(|(prefix, _)| name.len() > prefix.len() && name.starts_with(prefix))?;
    let says = match sure {
        Confidence::High => "is in a setting that is compiled into what browsers receive",
        _ => "is in a setting that, by its name, is compiled into what browsers receive",
    };
    Some(Leak { signal: SignalId::ClientSide, detail: name.to_owned(), says, sure: *sure })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_those_of_build_tools() {
        for name in [
            "VITE_OPENAI_API_KEY",
            "NEXT_PUBLIC_KEY",
            "process.env.REACT_APP_KEY",
            "env:EXPO_PUBLIC_AI",
            "PUBLIC_AI_KEY",
        ] {
            assert!(leak(Some(name)).is_some(), "{name}");
        }
        for name in ["OPENAI_API_KEY", "VITE_", "INVITE_KEY", "vite_key", "PUBLIC_KEY", "PUBLIC_KEY_2", "MY_PUBLIC_KEY"]
        {
            assert_eq!(leak(Some(name)), None, "{name}");
        }
        assert_eq!(leak(None), None);
    }
}
