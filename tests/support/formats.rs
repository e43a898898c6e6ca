//! Key formats as vendors' and relays' own sources describe them, written down apart from the rules under test.

use super::template::{expand, modern};

/// What may be said of who issued a key.
#[derive(Clone, Debug)]
pub enum Issuer {
    /// The structure proves it: it has to be named.
    Proven(String),
    /// Only a setting or an endpoint tells: named or null.
    Told(Vec<String>),
    /// Nothing tells: null.
    Unknown,
}

impl Issuer {
    /// Whether a report may say this.
    pub fn allows(&self, said: Option<&str>) -> bool {
        match (self, said) {
            (Self::Proven(id), Some(said)) => id == said,
            (Self::Proven(_), None) | (Self::Unknown, Some(_)) => false,
            (Self::Told(ids), Some(said)) => ids.iter().any(|id| id == said),
            (Self::Told(_) | Self::Unknown, None) => true,
        }
    }
}

/// How keys of a format are made.
#[derive(Clone, Debug)]
pub enum Make {
    /// From a template.
    Template(String),
    /// A current OpenAI key: prefix and length of a half.
    Modern(&'static str, usize),
    /// A ChatGPT access token: three base64url parts, the second with the claims that tell.
    AccessToken,
}

/// One key format with the context that people write it in.
#[derive(Clone, Debug)]
pub struct Format {
    pub name: String,
    pub make: Make,
    /// What stands behind the key in files and is no part of it: a channel suffix.
    pub suffix: &'static str,
    /// The setting that takes it, in the spelling of environment variables.
    pub env: String,
    pub issuer: Issuer,
    /// A host of the issuer's own API; shapes that need one are left out where there is none.
    pub host: Option<String>,
    /// Whether it travels in `api-key:` instead of `Authorization: Bearer`.
    pub api_key_header: bool,
}

impl Format {
    /// A key of this format.
    pub fn key(&self, seed: u64) -> String {
        match &self.make {
            Make::Template(template) => expand(template, seed),
            Make::Modern(prefix, half) => modern(prefix, *half, seed),
            Make::AccessToken => access_token(seed),
        }
    }
}

fn access_token(seed: u64) -> String {
    let header = base64url(br#"{"alg":"RS256","kid":"k1","typ":"JWT"}"#);
    let subject = expand("{24}", seed);
    let claims = format!(
        r#"{{"aud":["https://api.openai.com/v1"],"exp":1999999999,"https://api.openai.com/auth":{{"user_id":"user-{subject}"}},"iss":"https://auth.openai.com"}}"#
    );
    format!("{header}.{}.{}", base64url(claims.as_bytes()), expand("{342:url}", seed))
}

/// base64 with the URL alphabet, without padding.
pub fn base64url(bytes: &[u8]) -> String {
    base64(bytes, keyscan::rules::sample::URL)
}

/// base64 without padding.
pub fn base64(bytes: &[u8], alphabet: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 2);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(alphabet[(group >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

/// The independent list: `name | template | setting | issuer | host`. An issuer is proven (`=id`), told by setting or
/// endpoint (`id`, several with commas) or unknown (`-`); a `#suffix` behind the template is no part of the key; a `!`
/// before the host stands for the `api-key` header.
const LIST: &str = "
legacy | sk-{20}T3{}BlbkFJ{20} | OPENAI_API_KEY | =openai | api.openai.com
project-20 | sk-proj-{20}T3{}BlbkFJ{20} | OPENAI_API_KEY | =openai | api.openai.com
project-58 | sk-proj-{58:url}T3{}BlbkFJ{58:url} | OPENAI_API_KEY | =openai | api.openai.com
project-74 | modern sk-proj- 74 | OPENAI_API_KEY | =openai | api.openai.com
service-account-46 | modern sk-svcacct- 46 | OPENAI_API_KEY | =openai | api.openai.com
service-account-58 | modern sk-svcacct- 58 | OPENAI_KEY | =openai | api.openai.com
service-account-74 | modern sk-svcacct- 74 | OPENAI_API_KEY | =openai | api.openai.com
admin-58 | modern sk-admin- 58 | OPENAI_ADMIN_KEY | =openai | api.openai.com
admin-74 | modern sk-admin- 74 | OPENAI_ADMIN_KEY | =openai | api.openai.com
none-20 | sk-None-{20}T3{}BlbkFJ{20} | OPENAI_API_KEY | =openai | api.openai.com
none-58 | modern sk-None- 58 | OPENAI_API_KEY | =openai | api.openai.com
none-74 | modern sk-None- 74 | OPENAI_API_KEY | =openai | api.openai.com
named-short | sk-bot7-{20}T3{}BlbkFJ{20} | OPENAI_TOKEN | =openai | api.openai.com
named-long | sk-billing-report-builder-eu-west-nightly-2-{20}T3{}BlbkFJ{20} | OPENAI_API_KEY | =openai | api.openai.com
named-default | sk-service-account-name-{20}T3{}BlbkFJ{20} | OPENAI_API_KEY | =openai | api.openai.com
generic-42 | modern sk- 42 | OPENAI_API_KEY | =openai | api.openai.com
session | sess-{40} | OPENAI_API_KEY | openai | api.openai.com
client-secret | ek_{32:hex} | OPENAI_API_KEY | openai | api.openai.com
webhook-secret | whsec_{43:b64}= | OPENAI_WEBHOOK_SECRET | openai | -
refresh-token | rt_{86:url} | CHATGPT_REFRESH_TOKEN | openai | -
access-token | jwt | OPENAI_ACCESS_TOKEN | openai | chatgpt.com
anthropic-api | sk-ant-api03-{93:url}AA | ANTHROPIC_API_KEY | =anthropic | api.anthropic.com
anthropic-admin | sk-ant-admin01-{93:url}AA | ANTHROPIC_ADMIN_KEY | =anthropic | api.anthropic.com
anthropic-oauth | sk-ant-oat01-{95:url} | CLAUDE_CODE_OAUTH_TOKEN | =anthropic | api.anthropic.com
anthropic-refresh | sk-ant-ort01-{95:url} | ANTHROPIC_REFRESH_TOKEN | =anthropic | -
anthropic-session | sk-ant-sid01-{95:url} | ANTHROPIC_SESSION_KEY | =anthropic | -
openrouter | sk-or-v1-{64:hex} | OPENROUTER_API_KEY | =openrouter | openrouter.ai
deepseek | sk-{32:hex} | DEEPSEEK_API_KEY | deepseek | api.deepseek.com
dashscope | sk-{32:hex} | DASHSCOPE_API_KEY | dashscope | dashscope.aliyuncs.com
moonshot | sk-{48} | MOONSHOT_API_KEY | moonshot | api.moonshot.cn
siliconflow | sk-{48:lower} | SILICONFLOW_API_KEY | siliconflow | api.siliconflow.cn
stability | sk-{48} | STABILITY_API_KEY | stability | -
one-api | sk-{16}{32:oneapi} | OPENAI_API_KEY | =one-api | -
one-api-channel | sk-{16}{32:oneapi}#-12 | OPENAI_API_KEY | =one-api | -
one-api-bare | {16}{32:oneapi} | OPENAI_API_KEY | =one-api | -
new-api | sk-{48} | OPENAI_API_KEY | - | -
litellm | sk-{22:url} | LITELLM_API_KEY | litellm | -
langfuse | sk-lf-{uuid} | LANGFUSE_SECRET_KEY | =langfuse | -
langsmith-personal | lsv2_pt_{32:hex}_{10:hex} | LANGSMITH_API_KEY | =langsmith | -
langsmith-service | lsv2_sk_{32:hex}_{10:hex} | LANGCHAIN_API_KEY | =langsmith | -
helicone | sk-helicone-{4:lower}{3:digit}-{5:lower}{2:digit}-{3:digit}{4:lower}-{6:lower}{1:digit} | HELICONE_API_KEY | =helicone | -
perplexity | pplx-{48} | PERPLEXITY_API_KEY | =perplexity | api.perplexity.ai
groq | gsk_{52} | GROQ_API_KEY | =groq | api.groq.com
xai | xai-{80} | XAI_API_KEY | =xai | api.x.ai
huggingface | hf_{34} | HF_TOKEN | =huggingface | router.huggingface.co
google | AIza{35:url} | GEMINI_API_KEY | google | generativelanguage.googleapis.com
replicate | r8_{37} | REPLICATE_API_TOKEN | =replicate | -
azure-old | {32:hex} | AZURE_OPENAI_API_KEY | azure-openai | !my-resource.openai.azure.com
azure-new | {52}JQQJ99BDAC{10}AAABACOG{4} | AZURE_OPENAI_API_KEY | azure-openai | !my-resource.openai.azure.com
zhipu | {32:hex}.{16} | ZHIPUAI_API_KEY | zhipu | open.bigmodel.cn
api2d | fk{6:digit}-{32} | OPENAI_API_KEY | =api2d | openai.api2d.net
fakeopen-share | fk-{43:url} | OPENAI_API_KEY | fakeopen | ai.fakeopen.com
fakeopen-pool | pk-{43:url} | OPENAI_API_KEY | fakeopen | ai.fakeopen.com
chatanywhere | sk-{48} | OPENAI_API_KEY | chatanywhere | api.chatanywhere.tech
openai-sb | sb-{48:hex} | OPENAI_API_KEY | openai-sb | api.openai-sb.com
aiproxy | ap-{48} | OPENAI_API_KEY | aiproxy | api.aiproxy.io
nextapi | ak-{48} | OPENAI_API_KEY | nextapi | api.nextapi.fun
gptsapi | sk-{3}{40:hex}{5} | OPENAI_API_KEY | gptsapi | api.gptsapi.net
ohmygpt | sk-{20}T3BLbkFJ{20} | OPENAI_API_KEY | ohmygpt | api.ohmygpt.com
closeai | sk-{48}#@3 | OPENAI_API_KEY | closeai | api.openai-proxy.org
zhizengzeng | sk-zk{46:hex} | OPENAI_API_KEY | zhizengzeng | api.zhizengzeng.com
openai-hk | hk-{50} | OPENAI_API_KEY | openai-hk | api.openai-hk.com
idatariver | idr_{40} | OPENAI_API_KEY | idatariver | -
freetheai | fta_{40} | OPENAI_API_KEY | freetheai | -
zukijourney | zu-{32:hex} | OPENAI_API_KEY | zukijourney | api.zukijourney.com
claude-relay-service | cr_{64:hex} | ANTHROPIC_AUTH_TOKEN | claude-relay-service | -
opentoken | sk-optk-{40} | OPENAI_API_KEY | opentoken | -
matrixone | sk-gsa-v1-{48} | OPENAI_API_KEY | matrixone | -
";

/// Every format of the independent list.
pub fn independent() -> Vec<Format> {
    LIST.lines().filter(|line| !line.is_empty()).map(parse).collect()
}

fn parse(line: &'static str) -> Format {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [name, template, env, issuer, host] = fields[..] else { panic!("five fields: {line}") };
    let (template, suffix) = template.split_once('#').unwrap_or((template, ""));
    let make = match template.split_whitespace().collect::<Vec<_>>()[..] {
        ["jwt"] => Make::AccessToken,
        ["modern", prefix, half] => Make::Modern(prefix, half.parse().expect("a number")),
        _ => Make::Template(template.to_owned()),
    };
    let issuer = match issuer.strip_prefix('=') {
        Some(id) => Issuer::Proven(id.to_owned()),
        None if issuer == "-" => Issuer::Unknown,
        None => Issuer::Told(issuer.split(',').map(str::to_owned).collect()),
    };
    Format {
        name: name.to_owned(),
        make,
        suffix,
        env: env.to_owned(),
        issuer,
        host: (host != "-").then(|| host.trim_start_matches('!').to_owned()),
        api_key_header: host.starts_with('!'),
    }
}
