//! Clients, settings and requests in languages that are compiled.

use super::outline;

#[test]
fn go() {
    let text = r##"const Key = "K1"
func main() {
	config := openai.DefaultConfig(os.Getenv("OPENAI_KEY"))
	config.BaseURL = "https://u"
	c := openai.NewClient(option.WithAPIKey("key-two"), option.WithBaseURL("https://v"))
	req, err := http.NewRequest("POST", "https://w", body)
	req.Header.Set("Authorization", "Bearer " + Key)
	x := &Config{Key: "K3", URL: "https://x"}
	list := []Provider{{Key: "K4"}, {Key: "K5"}}
	m := map[string]string{"key": "K6"}
}
"##;
    let wanted = r##"file
  Key = K1
  section main
    map config (unit)
      BaseURL = https://u
      call openai.DefaultConfig uses OPENAI_KEY
    map c
      call openai.NewClient (unit)
        call option.WithAPIKey
          WithAPIKey = key-two
        call option.WithBaseURL
          WithBaseURL = https://v
    map req (unit)
      call http.NewRequest uses POST uses body
      call req.Header.Set uses Key
        Authorization = Bearer 
    map x
      call Config (unit)
        Key = K3
        URL = https://x
    list list
      item (unit)
        Key = K4
      item (unit)
        Key = K5
    map m
      key = K6
"##;
    assert_eq!(outline("client.go", text), wanted);
}

#[test]
fn java() {
    let text = r##"public class A extends B {
    private static final String KEY = "K1";
    public Api api(String x) throws IOException {
        var m = OpenAiChatModel.builder()
            .apiKey(System.getenv("OPENAI_KEY"))
            .baseUrl(URL)
            .build();
        HttpPost post = new HttpPost("https://v");
        post.setHeader("Authorization", "Bearer " + KEY);
        switch (x) { case "a": url = "https://1"; break; case "b" -> url = "https://2"; }
        return new Api(KEY, "https://w");
    }
}
"##;
    let wanted = r##"file
  section A
    KEY = K1
    section api
      map m
        call OpenAiChatModel.builder (unit)
          call apiKey uses OPENAI_KEY
          call baseUrl uses URL
          call build
      map post (unit)
        call HttpPost
          post = https://v
        call post.setHeader uses KEY
          Authorization = Bearer 
      section
        section
          url = https://1
        section
          url = https://2
      call Api (unit) uses KEY
"##;
    assert_eq!(outline("Client.java", text), wanted);
}

#[test]
fn kotlin() {
    let text = r##"const val URL: String = "https://u"
val c = OpenAI(token = "K1", host = OpenAIHost("https://v"))
val d = OpenAIConfig().apply { apiKey = "K2"; baseUrl = "https://w" }
fun main(args: Array<String>) {
    val r = client.post("https://x") {
        header("Authorization", "Bearer $key")
    }
    val m = mapOf("key" to "K3", "url" to "https://y")
    runBlocking { val z = Foo(key = "K4") }
}
"##;
    let wanted = r##"file
  URL = https://u
  map c
    call OpenAI (unit)
      token = K1
      call OpenAIHost
        host = https://v
  map d
    call OpenAIConfig (unit)
      apiKey = K2
      baseUrl = https://w
  section main
    map r
      call client.post
        post = https://x
        call header uses key
          Authorization = Bearer $key
    map m
      call mapOf (unit)
        key = K3
        url = https://y
    call runBlocking
    section
      map z
        call Foo (unit)
          key = K4
"##;
    assert_eq!(outline("client.kt", text), wanted);
}

#[test]
fn c_sharp() {
    let text = r##"public class Y {
  private const string Key = "K1";
  public string Url { get; set; } = "https://p";
  public void M(string a)
  {
    var c = new Client(new Credential("key-two"), new Options { Endpoint = new Uri("https://u") });
    client.BaseAddress = new Uri("https://w");
    client.Headers.Add("Authorization", $"Bearer {Key}");
    services.AddOpenAI(x => { x.Key = "K4"; x.Url = "https://x"; });
  }
}
"##;
    let wanted = r##"file
  section Y
    Key = K1
    Url = https://p
    section M
      map c
        call Client (unit)
          call Credential
            Credential = key-two
          call Options
            call Uri
              Endpoint = https://u
      map client (unit)
        map BaseAddress
          call Uri
            BaseAddress = https://w
        call client.Headers.Add uses Key
          Authorization = Bearer {Key}
      call services.AddOpenAI
        section
          map x
            Key = K4
            Url = https://x
"##;
    assert_eq!(outline("client.cs", text), wanted);
}

#[test]
fn rust() {
    let text = r##"const URL: &'static str = "https://u";
pub fn main() -> Result<()> {
    let config = OpenAIConfig::new().with_api_key("K1").with_api_base("https://v");
    let c = Config { key: "K2".into(), url: URL.to_string() };
    let r = client.post(format!("{URL}/chat")).header("Authorization", format!("Bearer {KEY}")).send().await?;
    let v = json!({"key": "K3"});
    let mut d = Config::default();
    d.key = "K4".to_owned();
    d.url = env::var("X_URL").unwrap_or("https://e".into());
    match y { "a" => foo("https://1"), 'b' => { bar("https://2") } _ => baz() }
}
"##;
    let wanted = r##"file
  URL = https://u
  section main
    map config
      call OpenAIConfig::new (unit)
        call with_api_key
          with_api_key = K1
        call with_api_base
          with_api_base = https://v
    map c
      call Config (unit)
        key = K2
        call into
        call URL.to_string
    map r
      call client.post (unit)
        call format uses URL
          format = {URL}/chat
        call header
          call format uses KEY
            Authorization = Bearer {KEY}
        call send
    map v
      call json (unit)
        map
          key = K3
    map d (unit)
      key = K4
      call Config::default
      call to_owned
      map url uses X_URL
        call unwrap_or
          call into
    section
      section
        call foo (unit)
      section
        section
          call bar (unit)
      section
        call baz (unit)
"##;
    assert_eq!(outline("client.rs", text), wanted);
}

#[test]
fn swift() {
    let text = r##"struct S {
  static let url: String = "https://u"
  func go(a: String = "K1") async throws -> X {
    let c = OpenAI(configuration: .init(token: "K2", host: "https://v"))
    var request = URLRequest(url: URL(string: "https://w")!)
    request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
    let d = ["key": "K3", "url": "https://x"]
    switch p { case .a: url = "https://1"
    case .b: url = "https://2" }
  }
}
"##;
    let wanted = r##"file
  section S
    url = https://u
    section go
      a = K1
      map c
        call OpenAI (unit)
          call init
            token = K2
            host = https://v
      map request (unit)
        call URLRequest
          call URL
            string = https://w
        call request.setValue uses key
          forHTTPHeaderField = Authorization
      map d
        key = K3
        url = https://x
      section
        section
          url = https://1
        section
          url = https://2
"##;
    assert_eq!(outline("client.swift", text), wanted);
}

#[test]
fn c_and_objective_c() {
    let text = r##"#define KEY "K1"
static const char *url = "https://u";
- (void)go { Client *c = [[Client alloc] initWithKey:@"K2" url:@"https://v"]; }
int main(int argc, char **argv) {
  curl_easy_setopt(curl, CURLOPT_URL, "https://w");
  struct config d = { .key = "K3", .url = "https://x" };
}
"##;
    let wanted = r##"file
  KEY = K1
  url = https://u
  section
    map c
      call (unit)
        initWithKey = K2
        url = https://v
        call Client uses Client uses alloc
  section main
    map curl (unit)
      call curl_easy_setopt uses CURLOPT_URL uses curl
    map d
      key = K3
      url = https://x
"##;
    assert_eq!(outline("client.m", text), wanted);
}
