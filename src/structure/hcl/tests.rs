//! Tests of the reader of HCL.

fn outline(text: &str) -> String {
    crate::structure::read("main.tf", text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
}

#[test]
fn blocks_are_scopes_and_variables_values_of_the_file() {
    let text = r#"
variable "api_key" {
  type    = string # note
  default = "K1"
}
locals {
  base = coalesce(var.base, "https://h/v1")
  nested = { a : "b", c = ["d", "e"] }
}
resource "aws_lambda_function" "x" {
  environment {
    variables = {
      OPENAI_API_KEY = var.api_key
      "BASE" = "${local.base}/${lookup(var.m, "k")}"
      C = var.x == "p" ? "q" : "r"
    }
  }
}
"#;
    let wanted = "file uses base
  api_key = K1
  base = https://h/v1
  section api_key
  map nested
    a = b
    list c
      c[0] = d
      c[1] = e
  service aws_lambda_function.x (unit)
    map environment
      map variables uses api_key uses base uses m uses x
        BASE = ${local.base}/${lookup(var.m, \"k\")}
        C = p
        C = q
        C = r
";
    assert_eq!(outline(text), wanted);
}

#[test]
fn lists_of_names_and_values_are_settings() {
    let text = r#"
resource "helm_release" "chat" {
  set {
    name  = "openai.apiKey"
    value = "K1"
  }
  set_sensitive {
    name  = "openai.url"
    value = "U"
  }
}
resource "d" "e" {
  containers = jsonencode([{
    name = "app"
    environment = [{ name = "A_KEY", value = "1" }, { name = "B_URL", value = "2" }]
  }])
  container {
    name = "side"
    env {
      name = "C"
      value = "3"
    }
    env_from { 
      secret_ref { name = "s" } 
    }
  }
}
"#;
    let wanted = "file
  service helm_release.chat (unit)
    map set
      name = openai.apiKey
    map openai
      apiKey = K1
      url = U
    map set_sensitive
      name = openai.url
  service d.e (unit)
    list containers
      item app (unit)
        name = app
        list environment
          A_KEY = 1
          B_URL = 2
          item
            name = A_KEY
          item
            name = B_URL
    service side (unit)
      name = side
      C = 3
      map env
        name = C
      map env_from takes s
        map secret_ref
          name = s
";
    assert_eq!(outline(text), wanted);
}

#[test]
fn heredocs_and_lists_of_assignments() {
    let text = "job \"j\" {\n  task \"t\" {\n    template {\n      data = <<-EOH\n      A_KEY=K1 # ü\n      export B=\"u\"\n      EOH\n      env = true\n    }\n    env {\n      C = \"c\"\n    }\n  }\n}\nbuild { provisioner \"shell\" {\n environment_vars = [\"D=d\", \"E='e'\"]\n} }\n";
    let wanted = "file
  service j (unit)
    service t (unit)
      map template
        data =       A_KEY=K1 # ü
      export B=\"u\"
        section data
          A_KEY = K1
          B = u
      map env
        C = c
  service build (unit)
    service shell (unit)
      list environment_vars
        D = d
        E = e
";
    assert_eq!(outline(text), wanted);
}

#[test]
fn broken_and_deep_text_is_read_as_far_as_it_goes() {
    let text = "a = \"open\nb = \"x\"\n}}}\n<<<<<<< HEAD\nc = \"${ \"y\"\n";
    assert_eq!(outline(text), "file\n  a = open\n  b = x\n  c = ${ \"y\n");
    for piece in ["a {\n", "a = [", "a = {", "a = (", "x = \"${", "/*", "<<E\n"] {
        let text = piece.repeat(100_000);
        crate::structure::read("main.tf", text.as_bytes()).ok();
    }
}

#[test]
fn containers_take_one_setting_of_an_object() {
    let text = r#"
resource "kubernetes_secret" "s" {
  metadata {
    name = "keys"
  }
  data = { chat = "K1" }
}
resource "d" "e" {
  container {
    name = "a"
    env {
      name = "A_KEY"
      value_from {
        secret_key_ref {
          name = "keys"
          key = "chat"
        }
      }
    }
    env {
      name = "B_KEY"
      value_from {
        secret_key_ref {
          name = kubernetes_secret.s.metadata[0].name
          key = "chat"
        }
      }
    }
  }
}
"#;
    let wanted = "file
  service kubernetes_secret.s (unit)
    map metadata
      name = keys
    map keys
      chat = K1
  service d.e (unit)
    service a (unit) takes chat of keys takes chat of kubernetes_secret.s
      name = a
      map env (unit)
        name = A_KEY
        map value_from (unit)
          map secret_key_ref
            name = keys
            key = chat
      map env (unit)
        name = B_KEY
        map value_from (unit)
          map secret_key_ref
            key = chat
";
    assert_eq!(outline(text), wanted);
}
