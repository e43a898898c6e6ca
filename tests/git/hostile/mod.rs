//! Repositories made to harm whoever reads them. Nothing they name runs, nothing outside of them is read; what is
//! damaged is listed, and the rest is read; every run ends.

mod damaged;
mod odd_files;
mod packs;
mod programs;
mod references;
mod shapes;

use super::forge::Repo;
use super::scene::{Expect, Scene};

/// A repository whose only key was deleted again, and what must be said of it however the rest looks.
fn gone<'f>(scene: &'f Scene) -> (Repo<'f>, Expect) {
    let repo = scene.repo();
    let commit = repo.save("conf/app.env", scene.line());
    repo.remove("conf/app.env");
    let place = scene.history(&repo, "conf/app.env", &commit);
    let expect = Expect::gone(&repo).at(place);
    (repo, expect)
}
