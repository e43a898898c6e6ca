//! Clients, settings and requests in languages that are run as they are.

use super::outline;

#[test]
fn python() {
    let text = r##"KEY = "K1"
client = OpenAI(api_key=KEY, base_url="https://u.example")
openai.api_key = "K2"
openai.api_base = os.getenv("BASE", "https://d.example")
class Settings(BaseSettings):
    openai_key: str = "K3"
    def __init__(self, key="K4"):
        self.client = OpenAI(api_key=os.environ["MY_KEY"])
        self.client.base_url = "https://y.example"
headers = {"Authorization": f"Bearer {KEY}", "X": settings.OTHER}
requests.post("https://z.example", headers=headers)
providers = [{"name": "a", "key": "K5"}, ("b", "K6"), Chat(key="K7")]
keys = ["K8", "K9"]
"##;
    let wanted = r##"file
  KEY = K1
  map client
    call OpenAI (unit) uses KEY
      base_url = https://u.example
  map openai
    api_key = K2
    map api_base uses BASE
      api_base = https://d.example
  section Settings
    openai_key = K3
    section __init__
      key = K4
    map client (unit)
      base_url = https://y.example
      call OpenAI uses MY_KEY takes a key
  map headers uses KEY uses OTHER uses settings.OTHER
    Authorization = Bearer {KEY}
  call requests.post (unit) uses headers
  list providers
    item (unit)
      name = a
      key = K5
    item (unit)
      [0] = b
      [1] = K6
    call Chat (unit)
      key = K7
  list keys
    keys[0] = K8
    keys[1] = K9
"##;
    assert_eq!(outline("client.py", text), wanted);
}

#[test]
fn typescript() {
    let text = r##"const apiKey = process.env.OPENAI_API_KEY ?? "K1";
export const openai = new OpenAI({ apiKey, baseURL: 'https://u', headers: { Authorization: `Bearer ${apiKey}` } })
const providers = {
  a: { key: "K2", url: "https://a" },
  b: createOpenAI({ key: "K3", url: "https://b" }),
};
class A { private key: string = "K4"; constructor(private url = "https://c") { this.client = new OpenAI({ key: this.key }); this.client.url = "https://d" } }
export default { async fetch(request: Request, env: Env): Promise<Response> {
  switch (x) { case "a": url = "https://x"; break; default: url = "https://y" }
} }
describe("x", () => { it("y", async () => { const c = new Client({ key: "K5" }) }) });
const f = ({ apiKey = "K6", url = "https://e" }) => { foo(apiKey) }
const re = /["'`]/g.test(x) ? "a" : "b"
"##;
    let wanted = r##"file
  apiKey = K1
  re = a
  re = b
  map apiKey uses OPENAI_API_KEY
  map openai
    call OpenAI (unit)
      map uses apiKey
        baseURL = https://u
        map headers uses apiKey
          Authorization = Bearer ${apiKey}
  map providers
    map a (unit)
      key = K2
      url = https://a
    call createOpenAI (unit)
      map
        key = K3
        url = https://b
  section A
    key = K4
    section constructor
      url = https://c
    map client (unit)
      url = https://d
      call OpenAI
        map uses key takes a key
  map
    section fetch
      section
        section
          url = https://x
        section
          url = https://y
  call describe
    section
      call it
        section
          map c
            call Client (unit)
              map
                key = K5
  section f
    apiKey = K6
    url = https://e
    call foo (unit) uses apiKey
  map re
    call test (unit)
"##;
    assert_eq!(outline("client.ts", text), wanted);
}

#[test]
fn script_in_a_page() {
    let text = r##"<template><p>Don't {{ x }}</p></template>
<script setup>const c = new OpenAI({ apiKey: "K1" })</script>
"##;
    let wanted = r##"file
  section script
    map c
      call OpenAI (unit)
        map
          apiKey = K1
"##;
    assert_eq!(outline("page.vue", text), wanted);
}

#[test]
fn ruby() {
    let text = r##"OpenAI.configure do |config|
  config.access_token = ENV.fetch("OPENAI_KEY", "K1")
  config.uri_base = "https://u"
end
class Foo
  def bar(key = "K2")
    @client = Faraday.new(url: "https://w") do |f|
      f.headers["Authorization"] = "Bearer #{key}"
    end
    if x
      url = "https://1"
    else
      url = "https://2"
    end
    foo key: "K3", url: "https://x" if y
    h = { :api_key => "K4", "url" => "https://y" }
  end
end
"##;
    let wanted = r##"file
  call OpenAI.configure (unit)
    map config
      uri_base = https://u
      map access_token uses OPENAI_KEY
        access_token = K1
  section Foo
    section bar
      key = K2
      section
        url = https://1
      section
        url = https://2
      call foo (unit)
        key = K3
        url = https://x
      map h
        api_key = K4
        url = https://y
    map client
      call Faraday.new (unit)
        url = https://w
        map f
          map headers uses key
            Authorization = Bearer #{key}
"##;
    assert_eq!(outline("client.rb", text), wanted);
}

#[test]
fn php() {
    let text = r##"<html><?php
return [
  'openai' => [ 'key' => env('OPENAI_KEY', 'K1'), 'url' => 'https://u' ],
  'other' => array('key' => 'K2'),
];
class A { private string $key = 'K3';
  function go($k = 'K4') {
    $client = OpenAI::factory()->withApiKey('K5')->withBaseUri('https://v')->make();
    curl_setopt($ch, CURLOPT_URL, "https://w");
    curl_setopt($ch, CURLOPT_HTTPHEADER, ["Authorization: Bearer {$this->key}"]);
  } }
"##;
    let wanted = r##"file
  map
    map openai (unit) uses OPENAI_KEY takes a key
      key = K1
      url = https://u
    map other (unit)
      key = K2
  section A
    key = K3
    section go
      k = K4
      map client
        call OpenAI::factory (unit)
          call withApiKey
            withApiKey = K5
          call withBaseUri
            withBaseUri = https://v
          call make
      map ch (unit)
        call curl_setopt uses CURLOPT_URL uses ch
        call curl_setopt uses CURLOPT_HTTPHEADER uses ch
          list uses key
            [0] = Authorization: Bearer {$this->key}
"##;
    assert_eq!(outline("client.php", text), wanted);
}

#[test]
fn lua() {
    let text = r##"local key = "K1"
local M = { api_key = "K2", ["url"] = "https://u", list = { "a", "b" } }
function M.go(x)
  local r = http.request{ url = "https://v", headers = { Authorization = "Bearer " .. key } }
  if x then y("https://1") else y("https://2") end
end
require("x").setup({ key = os.getenv("OPENAI_KEY"), url = "https://w" })
"##;
    let wanted = r##"file
  key = K1
  map M
    api_key = K2
    url = https://u
    map list
      list[0] = a
      list[1] = b
  section go
    map r
      call http.request (unit)
        url = https://v
        map headers uses key
          Authorization = Bearer 
    section
      call y (unit)
    section
      call y (unit)
  call require (unit)
    call setup
      map uses OPENAI_KEY takes a key
        url = https://w
"##;
    assert_eq!(outline("client.lua", text), wanted);
}

#[test]
fn lisp() {
    let text = r##"(setq gptel-api-key "K1" url "https://u")
(gptel-make-openai "x" :host "v.example" :key "K2" :header `(("Authorization" . ,key)))
(defun foo (x) (request "https://w" :headers '(("a" . "K3"))))
"##;
    let wanted = r##"file
  gptel-api-key = K1
  url = https://u
  call gptel-make-openai (unit)
    host = v.example
    key = K2
    map header
      map uses key
  section foo
    call request (unit)
      map headers
        map
          a = K3
"##;
    assert_eq!(outline("client.el", text), wanted);
}

#[test]
fn dart() {
    let text = r##"OpenAI.apiKey = 'K1';
OpenAI.baseUrl = 'https://u';
class A { Future<void> go({String k = 'K2'}) async {
  final c = Client()..apiKey = 'K3'..baseUrl = 'https://v';
  final d = OpenAIClient(apiKey: 'K4', headers: {'Authorization': 'Bearer $key'});
} }
"##;
    let wanted = r##"file
  map OpenAI
    apiKey = K1
    baseUrl = https://u
  section A
    section go
      k = K2
      map c
        call Client (unit)
          apiKey = K3
          baseUrl = https://v
      map d
        call OpenAIClient (unit)
          apiKey = K4
          map headers uses key
            Authorization = Bearer $key
"##;
    assert_eq!(outline("client.dart", text), wanted);
}
