//! Outlines of small files, and input that no program would write.

use super::super::{Unread, read};

fn outline(text: &str) -> String {
    outline_of("a.yaml", text)
}

fn outline_of(path: &str, text: &str) -> String {
    read(path, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
}

fn same(text: &str, wanted: &str) {
    assert_eq!(outline(text), wanted, "{text}");
}

#[test]
fn services_of_compose_take_over_what_they_merge() {
    let text = "\
x-common: &common
  environment: &env
    OPENAI_API_BASE: https://relay.example/v1
x-key: &key K1
services:
  web:
    <<: *common
    image: app:1
    env_file: [.env, {path: prod.env}]
    profiles: [prod]
    environment:
      - OPENAI_API_KEY=K2
      - BASE_URL=\"https://b.example\"
      - PASSED
  worker:
    extends: {service: web}
    command: [\"--api-key\", K3, \"--base-url=https://c.example\", -e, A_B=v]
    environment:
      <<: [*env, *common]
      OPENAI_API_KEY: *key
  api:
    build: .
    environment: *env
";
    let wanted = "\
file
  map x-common (unit)
    map environment
      OPENAI_API_BASE = https://relay.example/v1
  map
    x-key = K1
  map services
    service web (unit) @production merges x-common reads .env reads prod.env
      image = app:1
      env_file[0] = .env
      profiles[0] = prod
      OPENAI_API_KEY = K2
      BASE_URL = https://b.example
      environment[2] = PASSED
      list env_file
        item (unit)
          path = prod.env
    service worker (unit) merges services.web
      api-key = K3
      base-url = https://c.example
      A_B = v
      map extends
        service = web
      map environment merges x-common merges x-common.environment merges 
        OPENAI_API_KEY = K1
    service api (unit)
      build = .
      map environment merges x-common.environment
";
    // The alias itself has no bytes of the key.
    same(text, &wanted.replace("        OPENAI_API_KEY = K1\n", ""));
}

#[test]
fn containers_of_a_workload_are_one_service() {
    let text = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: conf, namespace: llm-prod}
data:
  URL: https://r.example/v1
  .env: |
    A_KEY=K1
    # comment
    B_KEY=\"K2\"
  config.yaml: |
    openai:
      apiKey: K3
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: main
        env:
        - name: OPENAI_API_KEY
          valueFrom: {secretKeyRef: {name: secrets, key: api-key}}
        - {name: OPENAI_BASE_URL, value: \"https://y.example\"}
        envFrom:
        - configMapRef: {name: conf}
";
    let wanted = "\
file
  section conf (unit) @production
    apiVersion = v1
    kind = ConfigMap
    map metadata
      name = conf
      namespace = llm-prod
    map data
      URL = https://r.example/v1
      section .env
        A_KEY = K1
        B_KEY = K2
      section config.yaml
        map openai
          apiKey = K3
  service web (unit)
    apiVersion = apps/v1
    kind = Deployment
    map metadata
      name = web
    map spec
      map template
        map spec
          list containers
            map main takes conf takes api-key of secrets
              name = main
              OPENAI_BASE_URL = https://y.example
              list envFrom
                item (unit) takes conf
                  map configMapRef
                    name = conf
";
    same(text, wanted);
}

#[test]
fn steps_take_over_the_settings_of_their_job_and_workflow() {
    let text = "on: push\nenv: {A: x}\njobs:\n  build:\n    environment: production\n    env: {B: y}\n    steps:\n    - name: s\n      with: {api-key: K1}\n";
    let wanted = "\
file
  on = push
  map env
    A = x
  map jobs
    service build (unit) @production merges env
      environment = production
      map env
        B = y
      list steps
        item s (unit) merges env merges jobs.build.env
          name = s
          map with
            api-key = K1
";
    same(text, wanted);
    let text = "variables: {A: {value: x, description: d}}\n.base: {variables: {B: y}}\ntest:\n  extends: .base\n  script: [make]\n";
    let wanted = "\
file
  map variables
    A = x
  map .base (unit)
    map variables
      B = y
  service test (unit) merges variables merges .base
    extends = .base
";
    same(text, wanted);
}

#[test]
fn profiles_and_dotted_names() {
    let text = "spring.ai.openai.api-key: K1\nspring:\n  ai: {openai: {base-url: u}}\n---\nspring.config.activate.on-profile: prod\nspring.ai.openai.api-key: K2\nhost.example.com: 1\n";
    let wanted = "\
file
  section (unit)
    map spring
      map ai
        map openai
          api-key = K1
          base-url = u
  section (unit) @production merges 
    host.example.com = 1
    map spring
      map config
        map activate
          on-profile = prod
      map ai
        map openai
          api-key = K2
";
    same(text, wanted);
    let text = "production:\n  key: K1\ntest: &t\n  key: K2\ndevelopment: *t\n";
    let wanted = "\
file
  map production (unit) @production
    key = K1
  map test (unit) @test
    key = K2
  map development (unit) @development merges test
";
    same(text, wanted);
}

#[test]
fn items_are_units_and_their_parts_are_not() {
    let text = "model_list:\n- model_name: a\n  litellm_params: {api_key: K1, api_base: u}\n- model_name: a\n  litellm_params: {api_key: os.environ/X_KEY}\nkeys: [K2, 'K3']\nnested: [[a], {b: c}]\n";
    let wanted = "\
file
  keys[0] = K2
  keys[1] = K3
  list model_list
    item a (unit)
      model_name = a
      map litellm_params
        api_key = K1
        api_base = u
    item a (unit)
      model_name = a
      map litellm_params uses X_KEY
        api_key = os.environ/X_KEY
  list nested
    [0] = a
    item (unit)
      b = c
";
    same(text, wanted);
}

#[test]
fn charts_are_read_without_their_tags() {
    let text = "{{- if .a }}\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ include \"n\" . }}\n  labels:\n    {{- include \"x\" . | nindent 4 }}\ndata:\n  KEY: {{ .b | default \"K1\" }}\n  {{- end }}\n";
    let wanted = "\
file
  section {{ include \"n\" . }} (unit)
    apiVersion = v1
    kind = Secret
    map metadata
      name = {{ include \"n\" . }}
      labels = 
    map data
      KEY = {{ .b | default \"K1\" }}
";
    same(text, wanted);
}

#[test]
fn values_refer_to_others_by_name() {
    let text = "- hosts: web\n  vars: {openai_key: K1}\n  tasks:\n  - name: a\n    environment: {OPENAI_API_KEY: \"{{ openai_key }}\"}\n";
    let wanted = "\
file
  list
    item (unit)
      hosts = web
      map vars
        openai_key = K1
      list tasks
        item a (unit)
          name = a
          map environment uses openai_key
            OPENAI_API_KEY = {{ openai_key }}
";
    same(text, wanted);
    let text = "a: ${spring.ai.key:d}\nResources: {F: {Type: T, K: !Ref Key, U: !Sub \"x${Key}\"}}\nb: {valueFrom: {secretKeyRef: {name: s, key: k}}}\n";
    let wanted = "\
file uses ai.key takes k of s
  a = ${spring.ai.key:d}
  map Resources
    service F (unit) uses Key
      Type = T
      K = Key
      U = x${Key}
";
    same(text, wanted);
}

#[test]
fn places_count_bytes() {
    let text = "\u{feff}# \u{4f60}\u{597d}\r\nk\u{e9}y: \"v\u{e9} \u{1f600}\"\r\nc: |\r\n  \u{4f60}\r\n  K2\r\nd: &a !t \"K3\"\ne: &b |\n   K4\nf: !u\n  K5\n";
    let wanted = "file\n  k\u{e9}y = v\u{e9} \u{1f600}\n  c = \u{4f60}\r\n  K2\n  f = K5\n  map\n    d = K3\n  map\n    e = K4\n";
    same(text, wanted);
    let bytes = b"a: \xff\xfe K1\n";
    assert_eq!(read("a.yml", bytes).unwrap().unwrap().outline(bytes), "file\n  a = \u{fffd}\u{fffd} K1\n");
}

#[test]
fn hostile_input_is_refused_or_read_in_bounds() {
    let deep = 10_000;
    let blocks: String = (0..1500).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let bomb: String = (1..100).map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{},", n - 1).repeat(9))).collect();
    let texts = [
        "[".repeat(deep),
        "{a: ".repeat(deep),
        "- ".repeat(deep),
        "? ".repeat(deep),
        "? - ".repeat(deep),
        blocks,
        "[".repeat(400_000),
        "a".repeat(5 << 20),
        "{{}} ".repeat(90_000),
        "{{".repeat(90_000),
        "- a\n".repeat(100_000),
        format!("a: {}", "\"\\".repeat(90_000)),
        "a: &a [*a]\nb: &b {<<: *b, c: *a}\n".to_owned(),
        format!("a0: &a0 x\n{bomb}"),
        "a: 'unfinished".to_owned(),
        "*unknown".to_owned(),
        (0..=255u8).map(char::from).collect(),
        "--- a\n".repeat(20_000),
        "production:\n  production: ".repeat(900),
    ];
    for text in texts {
        if let Err(unread) = read("a.yaml", text.as_bytes()) {
            assert!(matches!(unread, Unread::Broken | Unread::TooLarge));
        }
    }
}

#[test]
fn cut_files_are_no_trouble() {
    let text = "a: &x {b: [1, 'two', \"three\"], c: |\n  d\n}\n---\n- !t e: *x\n- {name: A, value: b}\n";
    for end in 0..text.len() {
        let _ = read("a.yaml", &text.as_bytes()[..end]);
    }
}
