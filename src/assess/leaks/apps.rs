//! Files that a build puts into an app, or that browsers ask for by a fixed name, wherever they lie.

use crate::model::Confidence::{self, High, Medium};
use crate::model::SignalId;

use super::Leak;
use super::file::{FilePath, fits};

/// A place of such files.
struct Place {
    /// Folders that the file lies below; empty for anywhere.
    below: &'static str,
    /// Its name, in which `*` stands for any text.
    name: &'static str,
    /// What it is.
    what: &'static str,
    sure: Confidence,
}

const fn place(below: &'static str, name: &'static str, what: &'static str, sure: Confidence) -> Place {
    Place { below, name, what, sure }
}

/// In lower case. Sources: the documentation of each platform on what its build packs.
const PLACES: &[Place] = &[
    // Android: resources and the manifest are in the package.
    place("main/res", "*.xml", "a resource of an app", High),
    place("debug/res", "*.xml", "a resource of an app", High),
    place("release/res", "*.xml", "a resource of an app", High),
    place("res/values", "*.xml", "a resource of an app", High),
    place("", "androidmanifest.xml", "the manifest of an app", High),
    // iOS and macOS.
    place("", "info.plist", "the property list of an app", High),
    place("", "googleservice-info.plist", "the property list of an app", High),
    // Electron: all code of an app in one file.
    place("", "*.asar", "the code of an app", High),
    // React Native.
    place("", "*.jsbundle", "the code of an app", High),
    place("", "*.android.bundle", "the code of an app", High),
    // Flutter: what its build packs, its code for browsers, and `assets/.env` as flutter_dotenv has it.
    place("flutter_assets", "*", "an asset of an app", High),
    place("", "*.dart.js", "the code of an app", High),
    place("assets", ".env*", "an asset of an app", Medium),
    // Unity, Godot, and what others compile for browsers.
    place("streamingassets", "*", "an asset of an app", High),
    place("web", "*.pck", "the code of an app", Medium),
    place("web", "*.wasm", "the code of an app", Medium),
    // angular.dev: compiled into the bundle. Nx has them for servers too.
    place("src/environments", "environment.ts", "an environment of Angular", Medium),
    place("src/environments", "environment.*.ts", "an environment of Angular", Medium),
    // Rails and Laravel: sources that their builds make into what browsers receive.
    place("app/javascript", "*.js", "a source of a front end", High),
    place("app/javascript", "*.jsx", "a source of a front end", High),
    place("app/javascript", "*.ts", "a source of a front end", High),
    place("app/javascript", "*.tsx", "a source of a front end", High),
    place("resources/js", "*.js", "a source of a front end", Medium),
    place("resources/js", "*.jsx", "a source of a front end", Medium),
    place("resources/js", "*.ts", "a source of a front end", Medium),
    place("resources/js", "*.tsx", "a source of a front end", Medium),
    // Service workers, by the names that their documentation gives them.
    place("", "sw.js", "a service worker", Medium),
    place("", "service-worker.js", "a service worker", Medium),
    place("", "serviceworker.js", "a service worker", Medium),
    place("", "firebase-messaging-sw.js", "a service worker", High),
    place("", "ngsw-worker.js", "a service worker", High),
];

/// What a path says about a key in the file. `elsewhere` says that its folders tell that it runs on servers or is of a
/// package.
pub(super) fn leak(file: &FilePath, elsewhere: bool) -> Option<Leak> {
    let found = PLACES
        .iter()
        .find(|place| fits(file.name(), place.name) && (place.below.is_empty() || file.is_below(place.below)))?;
    if elsewhere && found.sure < High {
        return None;
    }
    let says = match found.sure {
        High => "is in a file that browsers or apps receive",
        _ => "is in a file of the kind that browsers or apps receive",
    };
    Some(Leak { signal: SignalId::ClientSide, detail: found.what.to_owned(), says, sure: found.sure })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_apps() {
        let sure = |path: &str, elsewhere| leak(&FilePath::new(path), elsewhere).map(|leak| leak.sure);
        for (path, wanted) in [
            ("app/src/main/res/values/strings.xml", High),
            ("app/src/main/res/values-de/strings.xml", High),
            ("app/src/main/AndroidManifest.xml", High),
            ("ios/Runner/Info.plist", High),
            ("ios/main.jsbundle", High),
            ("a/index.android.bundle", High),
            ("build/flutter_assets/assets/.env", High),
            ("assets/.env", Medium),
            ("Assets/StreamingAssets/config.json", High),
            ("src/environments/environment.ts", Medium),
            ("src/environments/environment.prod.ts", Medium),
            ("app/javascript/packs/chat.js", High),
            ("sw.js", Medium),
        ] {
            assert_eq!(sure(path, false), Some(wanted), "{path}");
            assert_eq!(sure(path, true), Some(wanted).filter(|sure| *sure == High), "{path}");
        }
        for path in [
            "strings.xml",
            "src/environment.ts",
            "environments/prod.ts",
            "config/environments/production.rb",
            "settings.plist",
            "res/a.xml",
            "javascript/a.js",
            "a.bundle",
            ".env",
            "lib/config.dart",
        ] {
            assert_eq!(sure(path, false), None, "{path}");
        }
    }
}
