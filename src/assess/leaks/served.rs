//! Files that browsers and apps receive, by where they lie and what they are called.
//!
//! A folder that only ever is handed out (`public`, `wwwroot`, a bundler's own output for browsers) is one thing; `dist`
//! and `build` hold what servers run as often. There only files of browsers' own types count, code that asks for what
//! only servers have never does, and the confidence is medium.

use crate::model::SignalId;

use super::Leak;
use super::file::{FilePath, fits};

/// Types of files that browsers run or show.
const CODE: &[&str] = &["css", "htm", "html", "js", "map", "mjs", "svg", "wasm", "xhtml"];

/// Types of files that such code loads.
const DATA: &[&str] = &["csv", "json", "json5", "txt", "webmanifest", "xml"];

/// Packages of apps: who has the app has what is in it.
const APPS: &[&str] = &["aab", "apk", "appx", "crx", "ipa", "msix", "vsix", "xapk", "xpi"];

/// Names of files that were made for browsers.
const MADE: &[&str] = &["*.min.js", "*.min.mjs", "*.min.css", "*.bundle.js", "*.chunk.js", "*.user.js"];

/// Folders that are handed out, whatever lies in them. Sources: the documentation of each tool on its output or its
/// folder of static files.
const HANDED_OUT: &[&str] = &[
    // Next.js, Nuxt, SvelteKit, Remix, Astro, Vercel, Angular, Create React App, Gradio and Flask users' `static/js`.
    ".next/static",
    "_next/static",
    ".output/public",
    ".nuxt/dist/client",
    ".svelte-kit/output/client",
    ".vercel/output/static",
    "dist/client",
    "build/client",
    "dist/browser",
    "build/static",
    "static/js",
    "_nuxt",
    // Rails, Android.
    "app/assets/javascripts",
    "src/main/assets",
    // Web servers.
    "public_html",
    "wwwroot",
    "htdocs",
    "var/www/html",
];

/// Folders of a package that installs bring in, and of a build that nobody is sent.
const NOT_SENT: &[&str] = &["node_modules", "bower_components", "site-packages", "dist-packages", "venv", ".venv"];

/// Words for what runs on servers, or on the machine that builds.
const SERVER: &[&str] = &[
    "api",
    "backend",
    "cli",
    "cmd",
    "function",
    "functions",
    "lambda",
    "lambdas",
    "script",
    "scripts",
    "server",
    "ssr",
    "worker",
    "workers",
];

/// Folders below `build` and `out` that hold other things than pages: Gradle, Python, CMake, Android.
const BUILT: &[&str] =
    &["classes", "generated", "intermediates", "lib", "libs", "main", "reports", "resources", "temp", "tmp"];

/// Folders below `www` that hold the source of a site.
const SOURCE: &[&str] = &["app", "components", "config", "lib", "pages", "server", "src", "test", "tests"];

const CERTAIN: &str = "is in a file that browsers or apps receive";
const LIKELY: &str = "is in a file of the kind that browsers receive";

/// What a path says about a key in the file. `server` says that the file is code that only servers run.
pub(super) fn leak(file: &FilePath, server: bool) -> Option<Leak> {
    let certain = |detail: String| Some(Leak::certain(SignalId::ClientSide, detail, CERTAIN));
    let likely = |detail: String| Some(Leak::likely(SignalId::ClientSide, detail, LIKELY));
    let app = |path: &str| path.rsplit_once('.').is_some_and(|(_, extension)| APPS.contains(&extension));
    if file.containers().any(app) {
        return certain("part of an app".to_owned());
    }
    let folders = file.folders();
    let (code, data) = (CODE.contains(&file.extension()), DATA.contains(&file.extension()));
    let settings = file.name().starts_with(".env");
    if server || !(code || data || settings) || folders.iter().any(|folder| NOT_SENT.contains(folder)) || is_tool(file)
    {
        return None;
    }
    if let Some(folder) = HANDED_OUT.iter().find(|folder| file.is_below(folder)) {
        // A server that hands out such a file does so by mistake; many are set up not to.
        return if settings { likely(format!("below {folder}/")) } else { certain(format!("below {folder}/")) };
    }
    if let Some(behind) = file.behind("public").filter(|_| !is_database(&folders)) {
        let inside = behind.iter().any(|folder| SERVER.contains(folder));
        return match code && !inside {
            true => certain("below public/".to_owned()),
            false => likely("below public/".to_owned()),
        };
    }
    if settings {
        return None;
    }
    let runs_elsewhere = folders.iter().any(|folder| SERVER.contains(folder)) || SERVER.contains(&stem(file));
    if let Some(pattern) = MADE.iter().find(|pattern| fits(file.name(), pattern)) {
        let minified = pattern.contains(".min.") || pattern.contains(".user.");
        return if runs_elsewhere && !minified { None } else { certain(format!("a {} file", &pattern[2..])) };
    }
    if file.is_below("static") {
        return if code { certain("below static/".to_owned()) } else { likely("below static/".to_owned()) };
    }
    if runs_elsewhere {
        return None;
    }
    let map = [".js.map", ".mjs.map", ".css.map"].iter().any(|end| file.name().ends_with(end));
    if map {
        return likely("a source map".to_owned());
    }
    let behind = |folder: &str, but: &[&str]| {
        file.behind(folder).is_some_and(|behind| !behind.iter().any(|inner| but.contains(inner)))
    };
    // `/var/www/app` holds an app of any kind.
    let site = behind("www", SOURCE) && !file.is_below("var/www");
    let folder = match code {
        true if behind("dist", &[]) => "dist",
        true if behind("build", BUILT) => "build",
        true if behind("out", BUILT) => "out",
        true if site => "www",
        _ if behind("assets", &[]) => "assets",
        _ => return None,
    };
    likely(format!("below {folder}/"))
}

/// Scripts and settings of build tools and packages: `webpack.config.js`, `package.json`.
fn is_tool(file: &FilePath) -> bool {
    let name = file.name();
    [
        "*.config.js",
        "*.config.mjs",
        "*.conf.js",
        "webpack.*.js",
        "rollup.*.js",
        "gulpfile*",
        "gruntfile*",
        "tsconfig*.json",
    ]
    .iter()
    .any(|pattern| fits(name, pattern))
        || matches!(name, "package.json" | "package-lock.json" | "composer.json" | "robots.txt" | "requirements.txt")
}

/// Whether `public` is the schema of a database there.
fn is_database(folders: &[&str]) -> bool {
    let words = ["database", "databases", "db", "migrations", "schema", "schemas", "sql"];
    folders.windows(2).any(|two| two[1] == "public" && words.contains(&two[0]))
}

fn stem(file: &FilePath) -> &str {
    file.name().split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::model::Confidence::{self, High, Medium};

    use super::*;

    fn sure(path: &str, server: bool) -> Option<Confidence> {
        leak(&FilePath::new(path), server).map(|leak| leak.sure)
    }

    #[test]
    fn what_browsers_receive() {
        for (path, wanted) in [
            ("public/app.js", High),
            ("web/public/index.html", High),
            ("public/config.json", Medium),
            ("server/public/app.js", High),
            ("public/.env", Medium),
            ("wwwroot/appsettings.json", High),
            ("htdocs/js/main.js", High),
            ("public_html/a.txt", High),
            (".next/static/chunks/app/page-1a2b.js", High),
            (".output/public/_nuxt/entry.1a2b.js", High),
            ("build/static/js/main.1a2b.js", High),
            ("static/app.js", High),
            ("src/main/resources/static/app.js", High),
            ("static/data.json", Medium),
            ("js/app.min.js", High),
            ("vendor/x.bundle.js", High),
            ("a.chunk.js", High),
            ("translate.user.js", High),
            ("lib/a.js.map", Medium),
            ("public/a.js.map", High),
            ("dist/main.js", Medium),
            ("dist/index.html", Medium),
            ("dist/assets/index-1a2b.js", Medium),
            ("build/app.js", Medium),
            ("out/index.html", Medium),
            ("www/js/index.js", Medium),
            ("src/assets/config.json", Medium),
            ("android/app/src/main/assets/keys.json", High),
            ("release/app.apk!assets/config.json", High),
            ("a.xpi!background.js", High),
        ] {
            assert_eq!(sure(path, false), Some(wanted), "{path}");
        }
    }

    #[test]
    fn what_they_do_not() {
        for path in [
            "public/index.php",
            "src/main/java/com/x/public/Keys.java",
            "static/Keys.cs",
            "src/static/keys.go",
            "dist/app-1.0-py3-none-any.whl",
            "dist/config.yaml",
            "dist/config.json",
            "server/dist/main.js",
            "dist/server/main.js",
            "dist/server.js",
            "functions/lib/build/index.js",
            "dist/api/chat.js",
            "build/webpack.config.js",
            "build/webpack.prod.js",
            "build/lib/app/data.json",
            "build/resources/main/a.html",
            "build/reports/tests/a.html",
            "node_modules/x/dist/x.min.js",
            ".venv/lib/site-packages/x/static/x.js",
            "apps/www/src/app.js",
            "apps/www/package.json",
            "var/www/app/server.js",
            "var/www/app/main.js",
            "db/schemas/public/a.csv",
            "src/app.js",
            "index.html",
            "src/.env",
            "distribution/app.js",
            "republic/app.js",
            "layout/app.js",
            ".next/server/app/page.js",
            "server/x.bundle.js",
        ] {
            assert_eq!(sure(path, false), None, "{path}");
        }
        // Code that asks for what only servers have.
        for path in ["dist/main.js", "build/index.js", "public/app.js", "x.bundle.js"] {
            assert_eq!(sure(path, true), None, "{path}");
        }
    }
}
