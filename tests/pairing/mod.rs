//! Who receives each key, in every shape that configs and code come in. The cases are data: `cases/<group>/<name>.case`.

mod case;
mod check;
mod hostile;
mod presets;
mod projects;

#[test]
fn every_key_goes_to_its_receiver_and_none_crosses() {
    check::run(&check::cases(|group| group != "projects"));
}

#[test]
fn the_shapes_are_many_and_many_are_mixed() {
    let cases = check::cases(|_| true);
    let mixed = cases.iter().filter(|case| case.is_mixed()).count();
    assert!(cases.len() >= 150, "{} cases", cases.len());
    assert!(mixed >= 30, "{mixed} cases with several receivers in one file");
}
