use super::super::{Unread, read};

fn outline(name: &str, text: &str) -> String {
    read(name, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
}

fn unread(text: &[u8]) -> Option<Unread> {
    read("a.xml", text).err()
}

#[test]
fn what_is_broken_is_said_to_be() {
    for broken in ["<a>", "<a></b>", "<a", "</a>", "<a b='c>", "<a><![CDATA[x</a>", "<!-- a", "<\u{0}", "<a/><b>"] {
        assert_eq!(unread(broken.as_bytes()), Some(Unread::Broken), "{broken}");
    }
    let noise: Vec<u8> =
        b"<".iter().copied().chain((0..100_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)).collect();
    assert_eq!(unread(&noise), Some(Unread::Broken));
    // Odd tags are no reason to panic.
    for odd in ["<>", "< a>", "<a =>", "<a b=c/>", "<a b= />", "<a ü='ü'/>", "<a:></a:>", "<a/b/>", "<a\u{a0}b='c'/>"]
    {
        let _ = unread(odd.as_bytes());
    }
}

#[test]
fn hostile_sizes_are_bounded() {
    assert_eq!(unread("<a>".repeat(10_000).as_bytes()), Some(Unread::TooLarge));
    assert_eq!(unread(format!("<a>{}", " ".repeat(50 << 20)).as_bytes()), Some(Unread::TooLarge));
    assert_eq!(unread(format!("<a>{}</a>", "<b/>".repeat(1_000_000)).as_bytes()), Some(Unread::TooLarge));
    assert_eq!(unread(format!("<a {}/>", "b='c' ".repeat(100_000)).as_bytes()), None);
    assert_eq!(unread(format!("<a>{}</a>", "&amp;x".repeat(100_000)).as_bytes()), None);
    assert_eq!(unread(format!("<a {}/>", "=".repeat(1_000_000)).as_bytes()), None);
}

#[test]
fn pairs_of_attributes_are_settings() {
    let text = "\u{feff}<?xml version=\"1.0\"?>\r\n<configuration>\r\n <!-- ü --><appSettings>\r\n<add key=\"OpenAI:ApiKey\" value='K1'/><add key=\"OpenAI:Endpoint\" value=\"U1\"/></appSettings><connectionStrings><add name=\"ai\" connectionString=\"Endpoint=U2;Key=K2\"/></connectionStrings></configuration>";
    let wanted = r#"file
  map configuration
    map appSettings
      map OpenAI
        ApiKey = K1
        Endpoint = U1
    map connectionStrings
      map add
        name = ai
        connectionString = Endpoint=U2;Key=K2
        map connectionString
          Endpoint = U2
          Key = K2
"#;
    assert_eq!(outline("web.config", text), wanted);
}

#[test]
fn property_lists_name_what_follows() {
    let text = r#"<plist version="1.0"><dict><key>Label</key><string>x</string><key>ProgramArguments</key><array><string>a</string><string>--api-key</string><string>K1</string></array><key>EnvironmentVariables</key><dict><key>OPENAI_API_KEY</key><string>K2</string><key>N</key><integer>1</integer></dict><key>L</key><array><dict><key>a</key><string>1</string></dict><dict/></array></dict></plist>"#;
    let wanted = r#"file
  Label = x
  api-key = K1
  list ProgramArguments
    ProgramArguments[0] = a
    ProgramArguments[1] = --api-key
  map EnvironmentVariables
    OPENAI_API_KEY = K2
    N = 1
  list L
    item (unit)
      a = 1
    item (unit)
"#;
    assert_eq!(outline("a.plist", text), wanted);
}

#[test]
fn named_texts_are_settings() {
    let text =
        r#"<resources><string name="openai_key">K1</string><string name="url"><![CDATA[U1]]></string></resources>"#;
    let wanted = r#"file
  map resources
    openai_key = K1
    url = U1
"#;
    assert_eq!(outline("strings.xml", text), wanted);
}

#[test]
fn elements_are_maps_and_several_are_items() {
    let text = r#"<project><properties><openai.api-key>K1</openai.api-key></properties><profiles><profile><id>a</id><key>K</key></profile><profile><id>b</id></profile></profiles><property><name>n</name><value>V &amp; W</value></property><m>1</m><m>2</m><s url='U'>K</s></project>"#;
    let wanted = r#"file
  map project
    n = V &amp; W
    m[0] = 1
    m[1] = 2
    map properties
      map openai
        api-key = K1
    map profiles
      item profile (unit)
        id = a
        key = K
      item profile (unit)
        id = b
    map s
      url = U
      s = K
"#;
    assert_eq!(outline("pom.xml", text), wanted);
}

#[test]
fn run_configurations_stand_for_themselves() {
    let text = r#"<component name="P"><configuration default="false" name="Run"><envs><env name="OPENAI_API_KEY" value="K1" /></envs><option name="X" value="v"/></configuration><configuration name="Run2"><envs/></configuration></component>"#;
    let wanted = r#"file
  map component
    name = P
    item Run (unit)
      default = false
      name = Run
      X = v
      map envs
        OPENAI_API_KEY = K1
    item Run2 (unit)
      name = Run2
"#;
    assert_eq!(outline("workspace.xml", text), wanted);
}
