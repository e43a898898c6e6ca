//! Languages read in the words of another, and elements.

use super::outline;

#[test]
fn r() {
    let text = r##"relay <- chat(api_key = "K1", base_url = "R")
cfg$key <- "K2"
f <- function(x) {
  request("R") |>
    req_headers(Authorization = "Bearer K3")
}
"##;
    let wanted = r##"file
  map relay
    call chat (unit)
      api_key = K1
      base_url = R
  map cfg
    key = K2
  section f
    call request (unit)
      call req_headers
        Authorization = Bearer K3
"##;
    assert_eq!(outline("x.r", text), wanted);
}

#[test]
fn perl() {
    let text = r##"# don't
my %p = ( relay => { api_key => 'K1', base_url => 'R' }, direct => { api_key => "K2" } );
$cfg->{a}{key} = "K3";
$ENV{OPENAI_API_KEY} = "K4";
sub alpha { my $k = $ENV{MY_KEY} // "K5"; return X->new(api_key => $k, url => "R"); }
"##;
    let wanted = r##"file
  OPENAI_API_KEY = K4
  map p
    map relay (unit)
      api_key = K1
      base_url = R
    map direct (unit)
      api_key = K2
  map cfg
    map a
      key = K3
  section alpha
    k = K5
    map k uses MY_KEY
    call X->new (unit)
      url = R
"##;
    assert_eq!(outline("x.pl", text), wanted);
}

#[test]
fn julia() {
    let text = r##"struct P
  a::String
end
function alpha(x)
  if x
    key = "K1"
  end
  return Client(key; url = "R")
end
d = Dict("key" => "K2")
"##;
    let wanted = r##"file
  section P
  section alpha
    section
      key = K1
    call Client (unit) uses key
      url = R
  map d
    call Dict (unit)
      key = K2
"##;
    assert_eq!(outline("x.jl", text), wanted);
}

#[test]
fn elixir() {
    let text = r##"defmodule A do
  def a do
    Req.post!("R", auth: {:bearer, "K1"})
  end
  def b, do: OpenaiEx.new("K2") |> OpenaiEx.with_base_url("R")
  @m %{key: "K3", url: "R"}
end
config :app, api_key: "K4",
  url: "R"
"##;
    let wanted = r##"file
  call A
    section
      call a
        section
          call Req.post! (unit)
            map auth uses K1 uses bearer
              auth[1] = K1
      call OpenaiEx.new (unit)
        new = K2
        call with_base_url
          with_base_url = R
      map
        key = K3
        url = R
  call config (unit) uses app
    api_key = K4
    url = R
"##;
    assert_eq!(outline("x.ex", text), wanted);
}

#[test]
fn nim() {
    let text = r##"proc a() =
  let key = "K1"
  c = newClient(apiKey = "K2", url = "R")
let d = newClient("K3")
"##;
    let wanted = r##"file
  section a
    key = K1
    map c
      call newClient (unit)
        apiKey = K2
        url = R
  map d
    call newClient
      d = K3
"##;
    assert_eq!(outline("x.nim", text), wanted);
}

#[test]
fn fsharp() {
    let text = r##"let alpha x =
    let key = "K1"
    let url = "R"
    Client(key, url)
let relay = mkClient "K2" "R"
let cfg = { ApiKey = "K3"; Url = "R" }
"##;
    let wanted = r##"file
  section alpha
    key = K1
    url = R
    call Client (unit) uses key uses url
  map relay
    call mkClient (unit) uses K2
  map cfg
    ApiKey = K3
    Url = R
"##;
    assert_eq!(outline("x.fs", text), wanted);
}

#[test]
fn basic() {
    let text = r##"Module A
    Sub Alpha(x As String)
        Dim key As String = "K1" ' it's "R"
        If x = "a" Then
            Send("R", key)
        End If
    End Sub
    Dim c = New Client With {.ApiKey = "K2", .Url = "R"}
End Module
"##;
    let wanted = r##"file
  section A
    section Alpha
      key = K1
      section
        x = a
        call Send (unit) uses key
    map c uses Client
      call With (unit)
        ApiKey = K2
        Url = R
"##;
    assert_eq!(outline("x.vb", text), wanted);
}

#[test]
fn elements_of_html() {
    let text = r##"<html><body><a href="https://d">it's x</a>
<Widget :api-key="'K1'" :url="base" base-url="R" />
<form><input name="api_key" value="K5"><input name="base_url" value="R5"></form>
<script>const a = new OpenAI({apiKey:"K2"})</script>
<script>const b = new OpenAI({apiKey:"K3"})</script></body></html>
"##;
    let wanted = r##"file
  call a (unit)
    href = https://d
  call Widget (unit) uses base
    api-key = K1
    base-url = R
  section form
    api_key = K5
    base_url = R5
  section script
    map a
      call OpenAI (unit)
        map
          apiKey = K2
  section script
    map b
      call OpenAI (unit)
        map
          apiKey = K3
"##;
    assert_eq!(outline("h.html", text), wanted);
}

#[test]
fn elements_of_jsx() {
    let text = r##"export default () => (
  <>
    <Chat apiKey="K1" baseUrl={url} {...rest} disabled />
    <Chat apiKey={"K2"}>it's {name} <b>x</b></Chat>
  </>
);
const f = <T,>(x: T) => x < 3, s = "K3";
"##;
    let wanted = r##"file
  f = K3
  list
    call Chat (unit) uses disabled uses rest uses url
      apiKey = K1
    call Chat (unit)
      apiKey = K2
      list
        item (unit) uses name
        call b (unit)
"##;
    assert_eq!(outline("j.tsx", text), wanted);
}
