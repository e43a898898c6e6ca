//! Keys and addresses in different files of a project: joined where exactly one belongs, never across packages.

use super::check;

#[test]
fn keys_meet_their_receivers_across_the_files_of_a_project() {
    let cases = check::cases(|group| group == "projects");
    let monorepos = cases.iter().filter(|case| case.name.starts_with("projects/mono-")).count();
    assert!(cases.len() - monorepos >= 20 && monorepos >= 5, "{} cases, {monorepos} monorepos", cases.len());
    check::run(&cases);
}
