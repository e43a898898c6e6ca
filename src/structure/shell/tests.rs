use std::time::{Duration, Instant};

use crate::structure::{Unread, read};

fn outline(path: &str, text: &str) -> String {
    read(path, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
}

const SCRIPT: &str = r#"# é
KEY="key-one"
export URL='https://a.example' MODEL=x
if [ -z "$MODEL" ]; then MODEL=${OTHER:-gpt}; fi
curl -sS https://b.example/v1 \
  -H "Authorization: Bearer $KEY" -d '{"model": "x"}' | jq .x
deploy() {
  docker run -d --rm -e KEY=key-two -e "URL=https://c.example" --env-file ./prod.env image
  helm upgrade app . --set openai.apiKey=key-3,openai.baseUrl=https://d.example
}
case "$1" in prod) AT=https://p.example ;; esac
cat > .env <<EOF
A=$AT
EOF
echo "B=key-five" >> .env
R=$(curl -s "$URL/v1" -H "Authorization: Bearer key-six")
source ./x.env
KEY=key-7 python run.py --base-url=https://f.example --api-key key-8
bash -c "curl -H \"X: y\" https://z.example"
headers=(-H "Authorization: Bearer key-10")
KEYS=(one two)
echo it\'s && LAST=1
"#;

#[test]
fn scripts() {
    let wanted = r"file reads ./x.env
  KEY = key-one
  URL = https://a.example
  MODEL = x
  KEYS[0] = one
  KEYS[1] = two
  LAST = 1
  call [ (unit) uses MODEL
    z = $MODEL
  section uses OTHER
    MODEL = ${OTHER:-gpt}
  call curl (unit) uses KEY
    url = https://b.example/v1
    Authorization = Bearer $KEY
  section deploy
    call docker run (unit) reads ./prod.env
      KEY = key-two
      URL = https://c.example
    call helm upgrade (unit)
      map openai
        apiKey = key-3
        baseUrl = https://d.example
  section prod @production
    AT = https://p.example
  call cat (unit)
  section .env uses AT
    A = $AT
    B = key-five
  call python (unit)
    KEY = key-7
    base-url = https://f.example
    api-key = key-8
  call bash (unit)
    call curl (unit)
      X = y
      url = https://z.example
  map headers
    Authorization = Bearer key-10
  call echo (unit)
  call curl (unit) uses URL
    url = $URL/v1
    Authorization = Bearer key-six
";
    assert_eq!(outline("a.sh", SCRIPT), wanted);
    assert_eq!(outline("a.sh", &format!("\u{feff}{SCRIPT}")), wanted);
    let windows = outline("a.sh", &SCRIPT.replace('\n', "\r\n"));
    assert_eq!(windows.replace('\r', ""), wanted);
}

#[test]
fn comments_between_the_lines_of_a_command() {
    let text = "docker run \\  # one\n  -e A=key-one \\ \n  # two\n  -e B=b image\necho $((1<<2)) $(( $(curl u -H 'C: d') + 1 )) \\x\n";
    let wanted = "file\n  call docker run (unit)\n    A = key-one\n    B = b\n  call echo (unit)\n";
    assert_eq!(outline("a.sh", text), wanted);
}

#[test]
fn relatives_of_the_shell() {
    let fish = "set -gx KEY key-one\nif test -n \"$KEY\"\n  set -x URL https://a.example\nend\nfunction f\n  curl $URL -H 'A: b'\nend\n";
    let wanted = "file\n  KEY = key-one\n  section\n    URL = https://a.example\n    call test (unit) uses KEY\n      n = $KEY\n  section f\n    call curl (unit) uses URL\n      url = $URL\n      A = b\n";
    assert_eq!(outline("a.fish", fish), wanted);
    assert_eq!(outline("a.csh", "setenv KEY \"key-one\"\n"), "file\n  KEY = key-one\n");
}

const POWER: &str = r#"$env:KEY = "key-one"
${env:URL}='https://a.example'
[Environment]::SetEnvironmentVariable("K", "V", "User")
$headers = @{
    Authorization = "Bearer $env:KEY"; "Type"='json' # c
}
$r = Invoke-RestMethod -Uri $uri -Headers $headers `
   -Method Post
$params = @{ Uri = "https://d.example"; Headers = @{ Authorization = "Bearer key-two" } }
Invoke-WebRequest @params
function Deploy {
  param([string]$Key = "key-3", $Url = "https://e.example")
  Invoke-RestMethod -Uri "https://e.example" -Headers @{ "A" = "b" } | ConvertTo-Json
}
$headers["Extra"] = "e"
$headers.Add("More", "m")
docker run -e K=V image
$keys = @("k1", "k2")
"#;

#[test]
fn power_shell() {
    let wanted = r#"file uses headers
  KEY = key-one
  URL = https://a.example
  K = V
  keys[0] = k1
  keys[1] = k2
  map headers uses KEY
    Authorization = Bearer $env:KEY
    Type = json
    Extra = e
    More = m
  call Invoke-RestMethod (unit) uses headers uses uri
    Uri = $uri
    Headers = $headers
    Method = Post
  map params
    Uri = https://d.example
    map Headers
      Authorization = Bearer key-two
  call Invoke-WebRequest (unit) uses params
  section Deploy
    Key = key-3
    Url = https://e.example
    call Invoke-RestMethod (unit)
      url = https://e.example
      map
        A = b
  call docker run (unit)
    K = V
"#;
    assert_eq!(outline("a.ps1", POWER), wanted);
    assert_eq!(outline("a.ps1", &POWER.replace('\n', "\r\n")), wanted);
}

const BATCH: &str = "@echo off\r\nset KEY=key one\r\nset \"URL=https://a.example\" & set C=d\r\nsetx K \"V\" /M\r\nif \"%X%\"==\"1\" (\r\n  set Z=1\r\n)\r\ncurl https://b.example ^\r\n  -H \"A: %KEY%\"\r\n";

#[test]
fn batch() {
    let wanted = "file\n  KEY = key one\n  URL = https://a.example\n  C = d\n  K = V\n  section\n    Z = 1\n  call curl (unit) uses KEY\n    url = https://b.example\n    A = %KEY%\n";
    assert_eq!(outline("a.bat", BATCH), wanted);
}

const NAMES: [&str; 11] =
    ["a.sh", "a.fish", "a.ps1", "a.bat", "Dockerfile", "crontab", "Makefile", "a.md", "a.rst", "a.sql", "a.csv"];

#[test]
fn cut_off_anywhere() {
    for text in [SCRIPT, POWER, BATCH] {
        for (end, _) in text.char_indices().step_by(3) {
            for name in NAMES {
                let _ = read(name, &text.as_bytes()[..end]);
            }
        }
    }
}

#[test]
fn hostile_input_is_bounded() {
    let mut seed = 1_u32;
    let mut random = |alphabet: &[u8]| -> Vec<u8> {
        let byte = |_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            alphabet[(seed >> 8) as usize % alphabet.len()]
        };
        (0..60_000).map(byte).collect()
    };
    let any: Vec<u8> = (0..=255).collect();
    let mut inputs =
        vec![random(&any), random(b" \n'\"`$(){}<>EOF=;|&\\#@[]-:/a,"), random(b"$({\"'` \n<EF"), random(b"<A\n ")];
    let parts = [
        "$( ",
        "$(",
        "`",
        "\"$(",
        "${a:-",
        "(",
        "((",
        "{ ",
        "if a; then ",
        "case a in b) ",
        "<<A ",
        "<<A\n",
        "$(<<A ",
        "a=(",
        "'",
        "\"",
        "@{",
        "@(",
        "@'\n",
        "<#",
        "\"`",
        "> ",
        "```\n",
        "```sh\n",
        ".. code::\n ",
        "RUN <<A\n",
        "FROM a AS b\n",
        "a: b\n\t",
        "a:\n\t",
        "INSERT INTO a VALUES (",
        "COPY a FROM stdin;\n",
        "('",
        "/*",
        "a,",
        "\",",
        "-H a: b ",
        "fi ",
        "f() ",
        "bash -c \"",
        "a[",
        "[",
        "\\",
        "%a%",
        "a^\n",
        "FROM ",
        "ENV a=b \\\n",
        "--a b ",
        "--set a.b.c=d ",
        "a| ",
        "\u{feff}é",
    ];
    inputs.extend(parts.iter().map(|part| part.repeat(10_000).into_bytes()));
    for name in NAMES {
        for input in &inputs {
            let start = Instant::now();
            let _ = read(name, input);
            let head = String::from_utf8_lossy(&input[..input.len().min(20)]).into_owned();
            assert!(start.elapsed() < Duration::from_secs(5), "{name} {head:?} {:?}", start.elapsed());
        }
    }
}

#[test]
fn large_files_are_left_out() {
    let text = "A=b\n".repeat(13 << 20);
    for name in NAMES {
        assert_eq!(read(name, text.as_bytes()).err(), Some(Unread::TooLarge), "{name}");
    }
}

#[test]
fn here_documents_are_read_as_the_files_they_are_written_to() {
    let text = "cat <<EOF | sudo tee -a /etc/app.env\nA=key-one\nEOF\ncat > a.ini <<'EOF'\n[s]\nb = c\nEOF\nB=b\n";
    let wanted = "file\n  B = b\n  call cat (unit)\n    a = /etc/app.env\n  section /etc/app.env\n    A = key-one\n  call cat (unit)\n  section a.ini\n    section s\n      b = c\n";
    assert_eq!(outline("a.sh", text), wanted);
}
