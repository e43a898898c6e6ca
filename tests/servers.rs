//! Repositories that pass LLM traffic on: every form in which they do, what stands in the same block, and what only
//! looks like it.

use serde_json::Value;

use crate::support::{Tree, expand, findings, keyscan, modern, occurrences, report};

/// A file, its text, and `upstream severity signal…` of the server in it; an empty text: none. `«K»` is a key.
type Case = (&'static str, &'static str, &'static str);

const FORWARDS: &[Case] = &[
    ("nginx.conf", "location /v1/ {\n    proxy_pass https://api.openai.com;\n}\n", "api.openai.com low pass-through"),
    (
        "a.conf",
        "server {\n  location / {\n    proxy_ssl_server_name on;\n    proxy_set_header Authorization \"Bearer «K»\";\n    proxy_pass https://api.openai.com/;\n  }\n}\n",
        "api.openai.com medium key-injecting",
    ),
    (
        "b.conf",
        "location / {\n  auth_basic \"team\";\n  proxy_set_header Authorization \"Bearer $OPENAI_API_KEY\";\n  proxy_pass https://api.openai.com/;\n}\n",
        "api.openai.com low key-injecting",
    ),
    (
        "c.conf",
        "server {\n  auth_basic \"team\";\n  location / {\n    proxy_set_header x-api-key \"$anthropic_key\";\n    proxy_pass https://api.anthropic.com;\n  }\n}\n",
        "api.anthropic.com low key-injecting",
    ),
    (
        "d.conf",
        "server {\n  location /admin { auth_basic \"x\"; }\n  location / {\n    proxy_set_header Authorization \"Bearer ${KEY}\";\n    proxy_pass https://api.openai.com/;\n  }\n}\n",
        "api.openai.com medium key-injecting",
    ),
    (
        "e.conf",
        "location / {\n  proxy_set_header Authorization $http_authorization;\n  proxy_pass https://api.openai.com;\n}\n",
        "api.openai.com low pass-through",
    ),
    (
        "f.conf",
        "upstream openai {\n  server api.openai.com:443;\n  keepalive 8;\n}\nserver { location / { proxy_pass https://openai; } }\n",
        "api.openai.com low pass-through",
    ),
    (
        "g.conf",
        "location / {\n  set $backend \"https://api.openai.com\";\n  proxy_pass $backend;\n}\n",
        "api.openai.com low pass-through",
    ),
    (
        "h.conf",
        "location / {\n  set $backend api.openai.com;\n  proxy_pass https://$backend;\n}\n",
        "api.openai.com low pass-through",
    ),
    (
        "Caddyfile",
        ":80 {\n  reverse_proxy https://api.openai.com {\n    header_up Host api.openai.com\n    header_up Authorization \"Bearer <KEY>\"\n  }\n}\n",
        "api.openai.com medium key-injecting",
    ),
    (
        "Caddyfile",
        "ai.acme.io {\n  basic_auth {\n    bob hash\n  }\n  reverse_proxy /v1/* https://api.openai.com {\n    header_up Authorization \"Bearer {env.KEY}\"\n  }\n}\n",
        "api.openai.com low key-injecting",
    ),
    (
        "Caddyfile",
        ":80 {\n  reverse_proxy {\n    to https://api.openai.com\n  }\n}\n",
        "api.openai.com low pass-through",
    ),
    ("httpd.conf", "ProxyPass /v1 https://api.openai.com/v1\n", "api.openai.com low pass-through"),
    (
        "vercel.json",
        "{\"rewrites\":[{\"source\":\"/:match*\",\"destination\":\"https://api.openai.com/:match*\"}]}\n",
        "api.openai.com low pass-through",
    ),
    (
        "next.config.js",
        "module.exports = {\n  async rewrites() {\n    return [{ source: '/api/:path*', destination: 'https://api.openai.com/:path*' }]\n  },\n}\n",
        "api.openai.com low pass-through",
    ),
    (
        "nuxt.config.ts",
        "export default defineNuxtConfig({ routeRules: { '/v1/**': { proxy: 'https://api.openai.com/v1/**' } } })\n",
        "api.openai.com low pass-through",
    ),
    ("_redirects", "/*  https://api.openai.com/:splat  200\n", "api.openai.com low pass-through"),
    (
        "netlify.toml",
        "[[redirects]]\nfrom = \"/*\"\nto = \"https://api.openai.com/:splat\"\nstatus = 200\n",
        "api.openai.com low pass-through",
    ),
    (
        "worker.js",
        "addEventListener('fetch', e => e.respondWith(go(e.request)))\nasync function go(request) {\n  const url = new URL(request.url)\n  url.host = 'api.openai.com'\n  return fetch(new Request(url, request))\n}\n",
        "api.openai.com low pass-through",
    ),
    (
        "proxy.ts",
        "const OPENAI_API_HOST = \"api.openai.com\";\nDeno.serve((request) => {\n  const url = new URL(request.url);\n  url.host = OPENAI_API_HOST;\n  return fetch(url, request);\n});\n",
        "api.openai.com low pass-through",
    ),
    (
        "w2.js",
        "export default { async fetch(request) {\n  const url = new URL(request.url);\n  return fetch(new Request('https://api.openai.com' + url.pathname + url.search, request));\n} }\n",
        "api.openai.com low pass-through",
    ),
    (
        "w3.js",
        "const HOST = 'https://api.openai.com'\nexport default { async fetch(request, env) {\n  const { pathname } = new URL(request.url)\n  const headers = new Headers(request.headers)\n  headers.set('Authorization', `Bearer ${env.OPENAI_API_KEY}`)\n  return fetch(`${HOST}${pathname}`, { method: request.method, headers, body: request.body })\n} }\n",
        "api.openai.com medium key-injecting",
    ),
    (
        "w4.js",
        "export default { async fetch(request, env) {\n  if (request.headers.get('x-team') !== env.TEAM_TOKEN) return new Response('no', { status: 401 })\n  const url = new URL(request.url)\n  const headers = { Authorization: 'Bearer ' + env.OPENAI_API_KEY }\n  return fetch(`https://api.openai.com${url.pathname}`, { method: request.method, headers, body: request.body })\n} }\n",
        "api.openai.com low key-injecting",
    ),
    (
        "w5.ts",
        "export const onRequest = ({ request }) => {\n  const u = new URL(request.url)\n  return fetch(new URL(u.pathname + u.search, 'https://api.openai.com'), request)\n}\n",
        "api.openai.com low pass-through",
    ),
    (
        "w6.js",
        "addEventListener('fetch', event => event.respondWith(fetch(event.request.url.replace(location.host, 'api.openai.com'), event.request)))\n",
        "api.openai.com low pass-through",
    ),
    (
        "app.js",
        "app.use('/', createProxyMiddleware({ target: 'https://api.openai.com', changeOrigin: true }))\n",
        "api.openai.com low pass-through",
    ),
    (
        "app2.js",
        "const proxy = require('express-http-proxy')\napp.use('/v1', proxy('https://api.openai.com'))\n",
        "api.openai.com low pass-through",
    ),
    (
        "app3.js",
        "const TARGET = 'https://api.openai.com'\napp.use('/', createProxyMiddleware({\n  target: TARGET,\n  onProxyReq: (p) => { p.setHeader('Authorization', 'Bearer ' + process.env.OPENAI_KEY) },\n}))\n",
        "api.openai.com medium key-injecting",
    ),
    (
        "vite.config.ts",
        "export default { server: { proxy: { '/v1': { target: 'https://api.openai.com', changeOrigin: true } } } }\n",
        "api.openai.com low pass-through",
    ),
    (
        "main.go",
        "func main() {\n\ttarget, _ := url.Parse(\"https://api.openai.com\")\n\tproxy := httputil.NewSingleHostReverseProxy(target)\n\thttp.HandleFunc(\"/\", proxy.ServeHTTP)\n}\n",
        "api.openai.com low pass-through",
    ),
    (
        "rp.go",
        "p := &httputil.ReverseProxy{Director: func(req *http.Request) {\n\treq.URL.Scheme = \"https\"\n\treq.URL.Host = \"api.openai.com\"\n\treq.Header.Set(\"Authorization\", \"Bearer \"+os.Getenv(\"OPENAI_KEY\"))\n}}\n",
        "api.openai.com medium key-injecting",
    ),
    (
        "main.py",
        "@app.api_route('/{path:path}', methods=['GET', 'POST'])\nasync def go(path, request: Request):\n    url = f\"https://api.openai.com/{path}\"\n    return await client.request(request.method, url, content=await request.body())\n",
        "api.openai.com low pass-through",
    ),
    (
        "haproxy.cfg",
        "backend openai\n    http-request set-header Host api.openai.com\n    server openai api.openai.com:443 ssl verify none sni str(api.openai.com)\n",
        "api.openai.com low pass-through",
    ),
    (
        "haproxy.cfg",
        "backend openai\n    http-request set-header Authorization \"Bearer «K»\"\n    server openai api.openai.com:443 ssl\nbackend web\n    http-request deny\n",
        "api.openai.com medium key-injecting",
    ),
    (
        "envoy.yaml",
        "      - endpoint:\n          address:\n            socket_address:\n              address: api.openai.com\n              port_value: 443\n",
        "api.openai.com low pass-through",
    ),
    (
        "se.yaml",
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nspec:\n  hosts:\n  - api.openai.com\n  location: MESH_EXTERNAL\n",
        "api.openai.com low pass-through",
    ),
    (
        "svc.yaml",
        "kind: Service\nspec:\n  type: ExternalName\n  externalName: api.openai.com\n",
        "api.openai.com low pass-through",
    ),
    (
        "traefik.yml",
        "http:\n  services:\n    ai:\n      loadBalancer:\n        servers:\n          - url: https://api.openai.com\n",
        "api.openai.com low pass-through",
    ),
    (
        "gw.tf",
        "resource \"aws_apigatewayv2_integration\" \"ai\" {\n  integration_type = \"HTTP_PROXY\"\n  integration_uri  = \"https://api.openai.com/{proxy}\"\n}\n",
        "api.openai.com low pass-through",
    ),
    (
        "be.yaml",
        "kind: Backend\nspec:\n  endpoints:\n  - fqdn:\n      hostname: api.openai.com\n      port: 443\n",
        "api.openai.com low pass-through",
    ),
];

/// Added behind the others, so that the keys of those stay as they are.
const MORE_FORWARDS: &[Case] = &[
    (
        "pool.js",
        "export default { async fetch(request, env) {\n  const keys = env.KEYS.split(',')\n  const key = keys[Math.floor(Math.random() * keys.length)]\n  const headers = { Authorization: `Bearer ${key}` }\n  return fetch('https://api.openai.com' + new URL(request.url).pathname, { method: request.method, headers, body: request.body })\n} }\n",
        "api.openai.com medium key-injecting pooling",
    ),
    (
        "flask.py",
        "@app.route('/<path:path>', methods=['GET', 'POST'])\ndef go(path):\n    r = requests.request(method=request.method, url='https://api.openai.com/' + path, data=request.get_data())\n    return r.content\n",
        "api.openai.com low pass-through",
    ),
    (
        "apex/lambda.js",
        "const HOST = 'api.openai.com'\nexports.handler = async (event) => fetch(`https://${HOST}${event.rawPath}`, { method: event.requestContext.http.method })\nrequest.url\n",
        "api.openai.com low pass-through",
    ),
];

const IMAGES: &[Case] = &[
    (
        "docker-compose.yml",
        "services:\n  api:\n    image: justsong/one-api:latest\n",
        "justsong/one-api medium pooling",
    ),
    (
        "docker-compose.yml",
        "services:\n  api:\n    image: \"${REGISTRY:-docker.io}/justsong/one-api:v1\"\n",
        "justsong/one-api medium pooling",
    ),
    ("c.yaml", "image: mirror.acme.io/hub/calciumion/new-api\n", "calciumion/new-api medium pooling"),
    (
        "deploy.yaml",
        "spec:\n  containers:\n  - name: x\n    image: lanqian528/chat2api@sha256:00\n",
        "lanqian528/chat2api high account-bridge",
    ),
    (
        "values.yaml",
        "image:\n  repository: ghcr.io/berriai/litellm\n  tag: main\n",
        "berriai/litellm low key-injecting",
    ),
    ("Dockerfile", "FROM --platform=linux/amd64 hlohaus789/g4f:latest\n", "hlohaus789/g4f high account-bridge"),
    (
        "run.sh",
        "docker run -d --name x \\\n  -p 3000:3000 -v /data/one-api:/data \\\n  justsong/one-api\n",
        "justsong/one-api medium pooling",
    ),
    (
        "task.json",
        "{\"containerDefinitions\":[{\"image\": \"beidongjiedeguang/openai-forward:v0.8\"}]}\n",
        "beidongjiedeguang/openai-forward low pass-through",
    ),
    ("prod/docker-compose.yml", "services:\n  a:\n    image: justsong/one-api\n", "justsong/one-api medium pooling"),
    ("examples/docker-compose.yml", "services:\n  a:\n    image: justsong/one-api\n", "justsong/one-api low pooling"),
    ("examples/b/Dockerfile", "FROM lanqian528/chat2api\n", "lanqian528/chat2api medium account-bridge"),
];

const NO_SERVERS: &[Case] = &[
    ("nginx.conf", "location / {\n    proxy_pass http://127.0.0.1:3000;\n}\n", ""),
    ("a.conf", "location / {\n    # proxy_pass https://api.openai.com;\n    proxy_pass http://app;\n}\n", ""),
    ("b.conf", "upstream openai {\n  server api.openai.com:443;\n}\n", ""),
    ("c.conf", "add_header Content-Security-Policy \"connect-src https://api.openai.com\";\n", ""),
    ("d.conf", "location / { return 301 https://api.openai.com$request_uri; }\n", ""),
    ("Caddyfile", ":80 {\n  redir https://api.openai.com{uri}\n}\n", ""),
    ("Caddyfile", ":80 {\n  # reverse_proxy https://api.openai.com\n  reverse_proxy localhost:8080\n}\n", ""),
    (
        "vercel.json",
        "{\"redirects\":[{\"source\":\"/api\",\"destination\":\"https://api.openai.com/\",\"permanent\":true}]}\n",
        "",
    ),
    ("_redirects", "/api https://api.openai.com/ 301\n", ""),
    ("netlify.toml", "[[redirects]]\nfrom = \"/*\"\nto = \"https://api.openai.com/\"\nstatus = 302\n", ""),
    (
        "client.js",
        "const r = await fetch('https://api.openai.com/v1/chat/completions', { method: 'POST', headers: { Authorization: `Bearer ${key}` }, body })\n",
        "",
    ),
    ("client2.js", "const base = 'https://api.openai.com'\nconst r = await fetch(`${base}/v1/models`)\n", ""),
    ("client3.js", "const r = await fetch('https://api.openai.com/v1/' + model, opts)\n", ""),
    ("client4.ts", "const options = { hostname: 'api.openai.com', path: '/v1/models' }\nhttps.request(options)\n", ""),
    ("client5.ts", "if (url.host === 'api.openai.com') log(request.url)\n", ""),
    (
        "handler.js",
        "export default async function handler(req, res) {\n  const r = await fetch('https://api.openai.com/v1/chat/completions', { method: 'POST', body: JSON.stringify({ model: 'm', messages: req.body.messages }) })\n  res.json(await r.json())\n}\n",
        "",
    ),
    ("client.py", "BASE = 'https://api.openai.com/v1'\nr = requests.post(BASE + '/chat/completions', json=body)\n", ""),
    ("sdk.py", "def get(path):\n    return requests.get(f\"https://api.openai.com/v1/{path}\")\n", ""),
    ("client.go", "req, _ := http.NewRequest(\"POST\", \"https://api.openai.com/v1/chat/completions\", body)\n", ""),
    ("client2.go", "u, _ := url.Parse(\"https://api.openai.com\")\n", ""),
    ("README.md", "Set `proxy_pass https://api.openai.com;` and reload.\n", ""),
    ("notes.txt", "reverse_proxy https://api.openai.com\n", ""),
    ("worker.js", "// url.host = 'api.openai.com'\nconst u = request.url\n", ""),
    (
        "worker2.js",
        "addEventListener('fetch', e => {})\n/* return fetch('https://api.openai.com' + url.pathname) */\n",
        "",
    ),
    (
        "sdk.mjs",
        "this.baseURL = options.baseURL || `https://api.openai.com/v1`\nlog(req.method)\nbuild(path) { return new URL(baseURL + (baseURL.endsWith('/') ? path.slice(1) : path)) }\n",
        "",
    ),
    ("app.env", "OPENAI_BASE_URL=https://api.openai.com/v1\n", ""),
    ("app.yaml", "openai:\n  url: https://api.openai.com/v1\n  target: https://api.openai.com\n", ""),
    ("haproxy.cfg", "backend x\n  server a 10.0.0.1:443\n  # server b api.openai.com:443\n", ""),
    ("policy.yaml", "egress:\n  hosts:\n  - api.openai.com\n", ""),
    ("a.yaml", "contact:\n  address: api.openai.com\n", ""),
    ("svc.yaml", "type: ExternalName\nexternalName: db.acme.io\n", ""),
    ("docker-compose.yml", "services:\n  web:\n    image: yidadaa/chatgpt-next-web:latest\n", ""),
    ("docker-compose.yml", "services:\n  web:\n    image: acme/one-api-exporter:v1\n", ""),
    ("docker-compose.yml", "services:\n  web:\n    image: acme/one-api:v1\n", ""),
    ("docker-compose.yml", "services:\n  web:\n    # image: justsong/one-api\n    image: nginx\n", ""),
    ("docker-compose.yml", "services:\n  llm:\n    image: ollama/ollama\n", ""),
    ("README.md", "Run `docker run justsong/one-api` and open the page.\n", ""),
    ("run.sh", "docker run -v /srv/justsong/one-api:/data nginx\n", ""),
    ("q.sql", "SELECT 1 FROM justsong/one-api\n", ""),
    ("access.log", "GET https://api.openai.com proxy_pass https://api.openai.com;\n", ""),
    ("tunnel.env", "HTTPS_PROXY=http://proxy:3128\nNO_PROXY=api.openai.com\n", ""),
];

fn fill(text: &str, seed: u64) -> String {
    text.replace("«K»", &modern("sk-proj-", 74, seed))
}

fn said(report: &Value, file: &str) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let servers = findings(report).iter().filter(|finding| finding["rule"] == "relay-server");
    let here = servers.filter(|finding| occurrences(finding).iter().any(|place| place["path"] == file));
    here.map(|finding| {
        let signals: Vec<String> =
            finding["signals"].as_array().unwrap().iter().map(|signal| word(&signal["id"])).collect();
        format!("{} {} {}", word(&finding["endpoint"]["host"]), word(&finding["severity"]), signals.join(" "))
    })
    .collect()
}

fn assert_said(cases: &[Case]) {
    let tree = Tree::new();
    for (index, (file, text, _)) in cases.iter().enumerate() {
        tree.write(&format!("s{index}/{file}"), fill(text, index as u64 + 40));
    }
    let report = report(tree.path());
    let wrong: Vec<String> = cases
        .iter()
        .enumerate()
        .filter_map(|(index, (file, text, wanted))| {
            let got = said(&report, &format!("s{index}/{file}"));
            let wanted: Vec<&str> = Some(*wanted).filter(|wanted| !wanted.is_empty()).into_iter().collect();
            (got != wanted).then(|| format!("{file}: wanted {wanted:?}, got {got:?}\n{text}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} wrong\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn what_passes_traffic_on_is_told() {
    assert_said(FORWARDS);
    assert_said(MORE_FORWARDS);
}

#[test]
fn software_is_told_by_its_images() {
    assert_said(IMAGES);
}

#[test]
fn what_only_looks_like_a_server_is_none() {
    assert_said(NO_SERVERS);
}

#[test]
fn a_place_is_the_upstream_in_the_directive() {
    let tree = Tree::one("nginx.conf", "location / {\n    proxy_pass https://api.openai.com/v1/;\n}\n");
    let report = report(tree.path());
    let server = findings(&report).iter().find(|finding| finding["rule"] == "relay-server").unwrap();
    let place = &occurrences(server)[0];
    assert_eq!((&place["line"], &place["column"], &place["end_column"]), (&2.into(), &16.into(), &42.into()));
    assert_eq!(place["setting"], "proxy_pass");
    assert_eq!(server["endpoint"]["kind"], "official");
    assert!(server["key"].is_null());
}

#[test]
fn an_inline_comment_lets_a_server_pass() {
    let text = "location / {\n    proxy_pass https://api.openai.com; # keyscan:allow[relay-server] ours\n}\n";
    let tree = Tree::one("nginx.conf", text);
    let report = report(tree.path());
    assert!(said(&report, "nginx.conf").is_empty());
    assert_eq!(report["scan"]["suppressed"], 1);
}

#[test]
fn every_format_tells_a_server() {
    let key = expand("{32}", 3);
    let text = format!(
        "location / {{\n  proxy_set_header Authorization \"Bearer {key}\";\n  proxy_pass https://api.openai.com;\n}}\n"
    );
    let tree = Tree::one("nginx.conf", text);
    for (format, wanted) in [
        ("human", "api.openai.com"),
        ("json", "\"key-injecting\""),
        ("jsonl", "\"relay-server\""),
        ("sarif", "stands behind a server"),
    ] {
        let run = keyscan(tree.path(), &["--format", format, "--exit-zero", "."]);
        assert!(run.text().contains(wanted), "{format}: {}", run.text());
        assert!(run.text().contains("relay-server"), "{format}");
    }
    let manual = keyscan(tree.path(), &["explain", "relay-server"]).text();
    assert!(manual.contains("proxy_pass") && manual.contains("low        it passes requests on"), "{manual}");
}
