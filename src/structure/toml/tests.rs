use super::super::{Unread, read};

fn outline(name: &str, text: &str) -> String {
    read(name, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
}

fn unread(text: &[u8]) -> Option<Unread> {
    read("a.toml", text).err()
}

#[test]
fn what_is_broken_is_said_to_be() {
    for broken in ["a = ", "[a", "a = \"b", "words", "\u{0}", "a = [1, 2", "[[a]", "{{ a }}"] {
        assert_eq!(unread(broken.as_bytes()), Some(Unread::Broken), "{broken}");
    }
    let noise: Vec<u8> = (0..100_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert_eq!(unread(&noise), Some(Unread::Broken));
}

#[test]
fn hostile_sizes_are_bounded() {
    assert_eq!(unread(format!("a = {}", "[".repeat(10_000)).as_bytes()), Some(Unread::Broken));
    assert_eq!(unread(format!("a = {}", "{a=".repeat(10_000)).as_bytes()), Some(Unread::Broken));
    assert_eq!(unread(&vec![b'\n'; 50 << 20]), Some(Unread::TooLarge));
    assert_eq!(unread(format!("{}a = 1", "a.".repeat(10_000)).as_bytes()), None);
    assert_eq!(unread(format!("[{}a]\nb = 1", "a.".repeat(10_000)).as_bytes()), None);
    assert_eq!(unread("[[t]]\na = \"1\"\n".repeat(100_000).as_bytes()), None);
}

#[test]
fn tables_choose_and_hold_settings() {
    let text = "\u{feff}# ü\r\nmodel_provider = \"x\"\r\n[model_providers.x]\r\nname = 'X'\r\nbase_url = \"U1\" # c\r\nenv_key = \"MYKEY\"\r\nhttp_headers = { A = \"b\", \"x.y\" = 'c' }\r\n[model_providers.y]\r\nbase_url=\"U2\"\r\na.b.c = \"\"\"\r\nlong\r\n\"\"\"\r\n";
    let wanted = "file uses x\n  model_provider = x\n  map model_providers\n    section x (unit) uses MYKEY asks for MYKEY\n      name = X\n      base_url = U1\n      env_key = MYKEY\n      map http_headers\n        A = b\n        map x\n          y = c\n    section y (unit)\n      base_url = U2\n      map a\n        map b\n          c = long\r\n\n";
    assert_eq!(outline("config.toml", text), wanted);
}

#[test]
fn tables_of_a_list_are_items() {
    let text = r#"[[models]]
name='a'
key='K1'
[models.extra]
url='U1'
[[models]]
name='b'
key='K2'
"#;
    let wanted = r#"file
  list models
    item a (unit)
      name = a
      key = K1
      section extra
        url = U1
    item b (unit)
      name = b
      key = K2
"#;
    assert_eq!(outline("a.toml", text), wanted);
}

#[test]
fn environments_are_told_by_names() {
    let text = r#"[env.production.vars]
A='1'
[env]
B='2'
"#;
    let wanted = r#"file
  section env
    B = 2
    map production (unit) @production
      section vars
        A = 1
"#;
    assert_eq!(outline("wrangler.toml", text), wanted);
}

#[test]
fn servers_have_flags_and_variables() {
    let text = r#"[mcp_servers.z]
command='npx'
args=['--api-key', 'K3', "--base-url=U3"]
env={ A='1' }
list=[{a='1'},{a='2'},'x']
"#;
    let wanted = r#"file
  map mcp_servers
    section z (unit)
      command = npx
      api-key = K3
      base-url = U3
      list args
        args[0] = --api-key
      map env
        A = 1
      list list
        list[2] = x
        item (unit)
          a = 1
        item (unit)
          a = 2
"#;
    assert_eq!(outline("codex.toml", text), wanted);
}
