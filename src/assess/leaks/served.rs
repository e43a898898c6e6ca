//! Files that browsers and apps receive, by where they lie and what they are called.
//!
//! A folder that only ever is handed out (`public`, `wwwroot`, a bundler's own output for browsers) is one thing; `dist`
//! and `build` hold what servers run as often. There only files of browsers' own types count, code that asks for what
//! only servers have never does, and the confidence is medium.

use crate::model::{Script, SignalId};

use super::file::{FilePath, fits};
use super::{Leak, apps};

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
    // Rails, Android, Java's web archives, Django's collectstatic, Storybook, Jekyll.
    "app/assets/javascripts",
    "src/main/assets",
    "src/main/webapp",
    "staticfiles",
    "storybook-static",
    "_site",
    // Web servers.
    "nginx/html",
    "public_html",
    "wwwroot",
    "htdocs",
    "var/www/html",
];

/// Folders of a package that installs bring in, and those within what is handed out that no server does hand out.
const NOT_SENT: &[&str] = &[
    "node_modules",
    "bower_components",
    "site-packages",
    "dist-packages",
    "venv",
    ".venv",
    "web-inf",
    "meta-inf",
    // Cloudflare Pages: what runs in front of the files.
    "_worker.js",
];

/// Folders whose members are parts of a program, so that one that is called `public` is about what the public may do.
const PARTS: &[&str] = &[
    "controllers",
    "handlers",
    "internal",
    "middleware",
    "middlewares",
    "modules",
    "packages",
    "pkg",
    "routers",
    "routes",
    "services",
];

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

/// What a path says about a key in the file. `script` is what the file says of where it runs.
pub(super) fn leak(file: &FilePath, script: Script) -> Option<Leak> {
    let certain = |detail: String| Some(Leak::certain(SignalId::ClientSide, detail, CERTAIN));
    let likely = |detail: String| Some(Leak::likely(SignalId::ClientSide, detail, LIKELY));
    let app = |path: &str| path.rsplit_once('.').is_some_and(|(_, extension)| APPS.contains(&extension));
    if file.containers().any(app) {
        return certain("part of an app".to_owned());
    }
    let folders = file.folders();
    if script == Script::Server
        || folders.iter().chain([&file.name()]).any(|name| NOT_SENT.contains(name))
        || is_tool(file)
    {
        return None;
    }
    let runs_elsewhere = folders.iter().any(|folder| SERVER.contains(folder)) || SERVER.contains(&stem(file));
    if let Some(leak) = apps::leak(file, runs_elsewhere) {
        return Some(leak);
    }
    let (code, data) = (CODE.contains(&file.extension()), DATA.contains(&file.extension()));
    let settings = file.name().starts_with(".env");
    if !(code || data || settings) {
        return None;
    }
    if let Some(folder) = HANDED_OUT.iter().find(|folder| file.is_below(folder)) {
        // A server that hands out such a file does so by mistake; many are set up not to.
        return if settings { likely(format!("below {folder}/")) } else { certain(format!("below {folder}/")) };
    }
    if let Some(behind) = file.behind("public").filter(|_| !is_database(&folders) && !is_part(&folders, "public")) {
        // Below `src` it may be a folder of files as well as a part of the program.
        let before = &folders[..folders.len() - behind.len() - 1];
        let in_source = before.contains(&"src") && !before.contains(&"resources");
        let inside = in_source || behind.iter().any(|folder| SERVER.contains(folder));
        return match code && !inside {
            true => certain("below public/".to_owned()),
            false => likely("below public/".to_owned()),
        };
    }
    if settings {
        return None;
    }
    if let Some(pattern) = MADE.iter().find(|pattern| fits(file.name(), pattern)) {
        let minified = pattern.contains(".min.") || pattern.contains(".user.");
        return if runs_elsewhere && !minified { None } else { certain(format!("a {} file", &pattern[2..])) };
    }
    if file.is_below("static") && !is_part(&folders, "static") {
        return if code { certain("below static/".to_owned()) } else { likely("below static/".to_owned()) };
    }
    // What nobody has bundled is as often run by a server, from folders that both use.
    if runs_elsewhere || script == Script::Module {
        return None;
    }
    let map = [".js.map", ".mjs.map", ".css.map"].iter().any(|end| file.name().ends_with(end));
    if map {
        return likely("a source map".to_owned());
    }
    let behind = |folder: &str, but: &[&str]| {
        file.behind(folder).is_some_and(|behind| !behind.iter().any(|inner| but.contains(inner)))
    };
    // Scripts that lie in `build` itself are the build's own, or a server's.
    let loose = matches!(file.extension(), "js" | "mjs") && matches!(folders.last(), Some(&"build" | &"out"));
    // `/var/www/app` holds an app of any kind.
    let site = behind("www", SOURCE) && !file.is_below("var/www");
    let folder = match code {
        true if behind("dist", &[]) => "dist",
        true if behind("build", BUILT) && !loose => "build",
        true if behind("out", BUILT) && !loose => "out",
        true if site => "www",
        true if behind("assets", &[]) => "assets",
        // Programs of any kind keep data in `assets`; the tools of front ends copy those of `src`.
        false if file.is_below("src/assets") => "assets",
        _ => return None,
    };
    likely(format!("below {folder}/"))
}

/// Whether a folder is a part of a program that is called so, and none of files: `routes/public`, `public/src`.
fn is_part(folders: &[&str], folder: &str) -> bool {
    let Some(at) = folders.iter().position(|name| *name == folder) else { return false };
    folders.get(at + 1).is_some_and(|inner| *inner == "src")
        || at.checked_sub(1).is_some_and(|before| PARTS.contains(&folders[before]))
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

    fn sure(path: &str, script: Script) -> Option<Confidence> {
        leak(&FilePath::new(path), script).map(|leak| leak.sure)
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
            ("build/js/app.js", Medium),
            ("out/index.html", Medium),
            ("www/js/index.js", Medium),
            ("src/assets/config.json", Medium),
            ("android/app/src/main/assets/keys.json", High),
            ("release/app.apk!assets/config.json", High),
            ("a.xpi!background.js", High),
            ("src/public/app.js", Medium),
            ("src/main/resources/public/app.js", High),
            ("src/main/webapp/js/app.js", High),
            ("staticfiles/js/app.1a2b.js", High),
            ("docker/usr/share/nginx/html/app.js", High),
            ("docs/assets/index-1a2b.js", Medium),
        ] {
            assert_eq!(sure(path, Script::Anywhere), Some(wanted), "{path}");
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
            "public/_worker.js",
            "src/routes/public/chat.js",
            "packages/public/src/index.js",
            "internal/public/handler.js",
            "src/main/webapp/WEB-INF/config.json",
            "assets/settings.json",
            "internal/assets/config.json",
            "build/release.js",
            "build/deploy.mjs",
            "out/extension.js",
        ] {
            assert_eq!(sure(path, Script::Anywhere), None, "{path}");
        }
        for path in ["dist/main.js", "dist/assets/a.js", "www/a.js"] {
            assert_eq!(sure(path, Script::Module), None, "{path}");
        }
        assert_eq!(sure("public/app.js", Script::Module), Some(High), "browsers know modules");
        // Code that asks for what only servers have.
        for path in ["dist/main.js", "build/index.js", "public/app.js", "x.bundle.js"] {
            assert_eq!(sure(path, Script::Server), None, "{path}");
        }
    }
}
