use super::super::{Unread, read};

fn outline(name: &str, text: &str) -> String {
    read(name, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
}

fn unread(text: &[u8]) -> Option<Unread> {
    read("a.json", text).err()
}

#[test]
fn what_is_broken_is_said_to_be() {
    let whole = br#"{"a": {"b": ["c", "d"], "e": "f"}}"#;
    for end in 1..whole.len() {
        assert_eq!(unread(&whole[..end]), Some(Unread::Broken), "{end}");
    }
    for broken in ["words", "{a b}", "{\"a\": }", "]", "{\"a\": \"b\\", "{{ a", "/* a", "\u{0}\u{1}", "[function() {}]"]
    {
        assert_eq!(unread(broken.as_bytes()), Some(Unread::Broken), "{broken}");
    }
    let noise: Vec<u8> = (0..100_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert_eq!(unread(&noise), Some(Unread::Broken));
}

#[test]
fn hostile_sizes_are_bounded() {
    assert_eq!(unread("[".repeat(10_000).as_bytes()), Some(Unread::TooLarge));
    assert_eq!(unread("{\"a\":".repeat(10_000).as_bytes()), Some(Unread::TooLarge));
    assert_eq!(unread(&vec![b' '; 50 << 20]), Some(Unread::TooLarge));
    assert_eq!(unread(format!("[{}]", "{},".repeat(1_000_000)).as_bytes()), Some(Unread::TooLarge));
    assert_eq!(unread(format!("[{}]", "1,".repeat(2_000_000)).as_bytes()), None);
    let nested = format!("{}\"x\"{}", "{\"a\":[".repeat(200), "]}".repeat(200));
    assert_eq!(unread(nested.as_bytes()), None);
    // A text in a text in a text, and a text of nothing but escapes.
    let mut text = r#"{"api_key": "key-one", "base_url": "https://a.example/v1"}"#.to_owned();
    for _ in 0..10 {
        text = serde_json::json!({ "state": text }).to_string();
    }
    assert_eq!(unread(text.as_bytes()), None);
    assert_eq!(unread(format!("{{\"a\": \"{{{}\"}}", "\\n\\\"".repeat(300_000)).as_bytes()), None);
}

#[test]
fn comments_and_loose_forms_have_their_places() {
    let text =
        "\u{feff}// c\r\n{a: 'ü', \"b\": {\"c\": \"x\", /* d */ \"d\": [\"e\", 1, \"f\",],},\r\n url: https}\r\n";
    let wanted = r#"file
  a = ü
  url = https
  map b
    c = x
    list d
      d[0] = e
      d[2] = f
"#;
    assert_eq!(outline("a.json", text), wanted);
}

#[test]
fn requests_are_calls() {
    let text = r#"{"log":{"entries":[{"request":{"method":"POST","url":"U1","headers":[{"name":"Authorization","value":"Bearer K1"}],"postData":{"text":"{\"model\": \"gpt-4\", \"api_key\": \"key-two\"}"}},"response":{"status":200}},{"request":{"method":"GET","url":"U2","headers":[]}}]}}"#;
    let wanted = r#"file
  map log
    list entries
      item (unit)
        call request
          method = POST
          url = U1
          Authorization = Bearer K1
          map postData
            text = {\"model\": \"gpt-4\", \"api_key\": \"key-two\"}
            section text
              model = gpt-4
              api_key = key-two
        map response
          status = 200
      item (unit)
        call request
          method = GET
          url = U2
          list headers
"#;
    assert_eq!(outline("a.har", text), wanted);
}

#[test]
fn collections_hold_folders_of_requests() {
    let text = r#"{"item":[{"name":"chat","item":[{"name":"one","request":{"method":"POST","header":[{"key":"Authorization","value":"Bearer K1"}],"url":{"raw":"U1","host":["a","b"]},"auth":{"type":"bearer","bearer":[{"key":"token","value":"K2","type":"string"}]}}}]}]}"#;
    let wanted = r#"file
  list item
    item chat (unit)
      name = chat
      list item
        item one (unit)
          name = one
          call request
            method = POST
            Authorization = Bearer K1
            map url
              raw = U1
              list host
                host[0] = a
                host[1] = b
            map auth
              type = bearer
              token = K2
"#;
    assert_eq!(outline("p.json", text), wanted);
}

#[test]
fn servers_have_flags_and_variables() {
    let text = r#"{"mcpServers":{"a":{"command":"npx","args":["-y","pkg","--api-key","K1","--base-url=U1","-e","X_KEY=V"],"env":{"OPENAI_API_KEY":"K2"}},"b":{"url":"U2","headers":{"Authorization":"Bearer K3"}}}}"#;
    let wanted = r#"file
  map mcpServers
    map a (unit)
      command = npx
      api-key = K1
      base-url = U1
      X_KEY = V
      list args
        args[0] = -y
        args[1] = pkg
        args[2] = --api-key
        args[5] = -e
      map env
        OPENAI_API_KEY = K2
    map b (unit)
      url = U2
      map headers
        Authorization = Bearer K3
"#;
    assert_eq!(outline("mcp.json", text), wanted);
}

#[test]
fn containers_stand_for_themselves() {
    let text = r#"{"family":"f","containerDefinitions":[{"name":"web","environment":[{"name":"OPENAI_API_KEY","value":"K1"}],"secrets":[{"name":"B","valueFrom":"arn"}]},{"name":"side","environment":[{"name":"OPENAI_BASE_URL","value":"U1"}]}]}"#;
    let wanted = r#"file
  family = f
  list containerDefinitions
    map web
      name = web
      OPENAI_API_KEY = K1
      B = arn
    map side
      name = side
      OPENAI_BASE_URL = U1
"#;
    assert_eq!(outline("task.json", text), wanted);
}

#[test]
fn workloads_take_from_objects() {
    let text = r#"{"apiVersion":"v1","kind":"Deployment","metadata":{"name":"d","namespace":"app-prod"},"spec":{"containers":[{"name":"c","envFrom":[{"secretRef":{"name":"s"}}],"env":[{"name":"A","value":"x"},{"name":"B","valueFrom":{"secretKeyRef":{"name":"t","key":"k"}}}]}]}}"#;
    let wanted = r#"file
  service d (unit) @production
    apiVersion = v1
    kind = Deployment
    map metadata
      name = d
      namespace = app-prod
    map spec
      list containers
        map c takes s takes k of t
          name = c
          A = x
"#;
    assert_eq!(outline("dep.json", text), wanted);
}

#[test]
fn names_come_in_parts() {
    let text = r#"{"chatgpt.apiKey":"K1","OpenAI:ApiKey":"K2","chatgpt.apiBaseUrl":"U1","map":{"https://x.example/v1":"K3"}, "parameters":{"openAiKey":{"value":"K4"},"url":{"type":"string","value":"U4"}},"env":{"OPENAI_MODEL":{"description":"d","default":"m","required":true}}}"#;
    let wanted = r#"file
  map chatgpt (unit)
    apiKey = K1
    apiBaseUrl = U1
  map OpenAI (unit)
    ApiKey = K2
  map map
    item (unit)
      name = https://x.example/v1
      value = K3
  map parameters
    openAiKey = K4
    url = U4
    map openAiKey
    map url
      type = string
  map env
    OPENAI_MODEL = m
    map OPENAI_MODEL (unit)
      description = d
      required = true
"#;
    assert_eq!(outline("settings.json", text), wanted);
}

#[test]
fn broken_lines_are_passed_over() {
    let text = r#"{"a":"x"}
{"a":"y"
{"a":"z"}
"#;
    let wanted = r#"file
  item (unit)
    a = x
  item (unit)
    a = z
"#;
    assert_eq!(outline("a.jsonl", text), wanted);
}

#[test]
fn settings_in_texts_are_read() {
    let text = r#"{"state":"{\"openaiUrl\": \"U1\", \"apiKey\": \"key-one\", \"n\": 1}","dotenv":"OPENAI_API_KEY=K1\nOPENAI_BASE_URL=https://x.example/v1\n","ConnectionStrings":{"ai":"Endpoint=U2;Key=K2"}}"#;
    let wanted = r#"file
  state = {\"openaiUrl\": \"U1\", \"apiKey\": \"key-one\", \"n\": 1}
  dotenv = OPENAI_API_KEY=K1\nOPENAI_BASE_URL=https://x.example/v1\n
  section state
    openaiUrl = U1
    apiKey = key-one
    n = 1
  section dotenv
    OPENAI_API_KEY = K1
    OPENAI_BASE_URL = https://x.example/v1
  map ConnectionStrings
    ai = Endpoint=U2;Key=K2
    map ai
      Endpoint = U2
      Key = K2
"#;
    assert_eq!(outline("s.json", text), wanted);
}

#[test]
fn resources_are_called_by_type_and_name() {
    let text = r#"{"resources":[{"type":"aws_lambda_function","name":"f","instances":[{"attributes":{"environment":[{"variables":{"OPENAI_API_KEY":"K1"}}]}}]}]}"#;
    let wanted = r#"file
  list resources
    item aws_lambda_function.f (unit)
      type = aws_lambda_function
      name = f
      list instances
        item (unit)
          map attributes
            list environment
              map
                map variables
                  OPENAI_API_KEY = K1
"#;
    assert_eq!(outline("t.tfstate", text), wanted);
}

#[test]
fn environments_and_templates() {
    let text = r#"{"apps":[{"name":"a","env":{"A":"1"},"env_production":{"A":"2"}}], "x": {{ tmpl }}, "y": ${y}, "z": "{{ q }}"}"#;
    let wanted = r#"file uses q
  x = {{ tmpl }}
  y = ${y}
  z = {{ q }}
  list apps
    item a (unit)
      name = a
      map env (unit)
        A = 1
      map env_production (unit) @production
        A = 2
"#;
    assert_eq!(outline("eco.json", text), wanted);
}

#[test]
fn variables_files_and_scripts() {
    let text = r#"{"configurations":[{"name":"run","envFile":"${workspaceFolder}/.env","runArgs":["--env-file","a.env"]}],"item":[{"request":{"url":{"raw":"{{baseUrl}}/v1"}}}],"scripts":{"a":["A_KEY=K1 BASE=U1 one two","three"],"b":"B_KEY=K2 four --api-key K3"},"postCreateCommand":"export X_KEY=K4 && five"}"#;
    let wanted = r#"file
  postCreateCommand = export X_KEY=K4 && five
  X_KEY = K4
  list configurations
    item run (unit) reads ${workspaceFolder}/.env reads a.env
      name = run
      envFile = ${workspaceFolder}/.env
      env-file = a.env
      list runArgs
        runArgs[0] = --env-file
  list item
    item (unit)
      call request
        map url uses baseUrl
          raw = {{baseUrl}}/v1
  map scripts
    map a
      map
        call one (unit)
          A_KEY = K1
          BASE = U1
      map
    map b
      call four (unit)
        B_KEY = K2
        api-key = K3
"#;
    assert_eq!(outline("launch.json", text), wanted);
}

#[test]
fn objects_of_a_list_stand_for_themselves() {
    let text =
        r#"[{"key":"K1","base_url":"U1","name":"one","models":"a,b"},{"key":"K2","base_url":"U2","name":"two"}]"#;
    let wanted = r#"file
  list
    item one (unit)
      key = K1
      base_url = U1
      name = one
      models = a,b
    item two (unit)
      key = K2
      base_url = U2
      name = two
"#;
    assert_eq!(outline("channels.json", text), wanted);
}

#[test]
fn cells_are_sections_and_their_lines_one_text() {
    let text = r#"{"cells":[{"cell_type":"code","source":["%env OPENAI_API_KEY=K1\n","!export A=\"b\"\n","x = 1"],"outputs":[{"text":["key-out\n"]}]},{"cell_type":"code","source":"%env OPENAI_API_KEY K2","outputs":[]},{"cell_type":"markdown","source":"see U1"}],"metadata":{},"nbformat":4}"#;
    let wanted = r#"file
  section
    OPENAI_API_KEY = K1
    A = b
    outputs = key-out\n
  section
    OPENAI_API_KEY = K2
  section
    source = see U1
"#;
    assert_eq!(outline("nb.ipynb", text), wanted);
}
