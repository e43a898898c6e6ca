fn outline(path: &str, text: &str) -> String {
    let structure = crate::structure::read(path, text.as_bytes()).unwrap().unwrap();
    structure.outline(text.as_bytes())
}

#[test]
fn x() {
    if let Ok(path) = std::env::var("OUTLINE") {
        let bytes = std::fs::read(&path).unwrap();
        let s = crate::structure::read(&path, &bytes).unwrap().unwrap();
        println!("{}", s.outline(&bytes));
    }
}
