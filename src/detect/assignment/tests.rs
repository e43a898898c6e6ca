use super::*;

#[test]
fn the_name_is_found_in_every_syntax() {
    let cases = [
        ("OPENAI_API_KEY=@", "OPENAI_API_KEY"),
        ("export OPENAI_API_KEY=\"@\"", "OPENAI_API_KEY"),
        ("$env:OPENAI_API_KEY = '@'", "OPENAI_API_KEY"),
        ("x = GetEnvironmentVariable(\"OPENAI_BASE_URL\") ?? \"@\"", "OPENAI_BASE_URL"),
        ("let u = env::var(\"OPENAI_BASE_URL\").unwrap_or_else(|_| \"@\"", "OPENAI_BASE_URL"),
        ("let u = env::var(\"OPENAI_BASE_URL\").unwrap_or(\"@\"", "OPENAI_BASE_URL"),
        ("u = ENV.fetch(\"OPENAI_BASE_URL\") { \"@\"", "OPENAI_BASE_URL"),
        ("u = ENV[\"OPENAI_BASE_URL\"] || \"@\"", "OPENAI_BASE_URL"),
        ("set -x OPENAI_API_KEY @", "OPENAI_API_KEY"),
        ("setx OPENAI_API_KEY \"@\"", "OPENAI_API_KEY"),
        ("ENV OPENAI_API_KEY @", "OPENAI_API_KEY"),
        ("  openai_api_key: @", "openai_api_key"),
        ("{\"apiKey\": \"@\"}", "apiKey"),
        ("{\\\"apiKey\\\": \\\"@\\\"}", "apiKey"),
        ("'api_key' => '@',", "api_key"),
        ("api_key := \"@\"", "api_key"),
        ("os.environ[\"OPENAI_API_KEY\"] = \"@\"", "OPENAI_API_KEY"),
        ("os.environ.setdefault(\"OPENAI_API_KEY\", \"@\")", "OPENAI_API_KEY"),
        ("env('OPENAI_BASE_URL', '@')", "OPENAI_BASE_URL"),
        ("client = OpenAI(api_key=\"@\")", "api_key"),
        (".baseUrl(\"@\")", "baseUrl"),
        ("option.WithAPIKey(\"@\")", "option.WithAPIKey"),
        ("Endpoint = new Uri(\"@\")", "Endpoint"),
        ("const KEY: &str = \"@\";", "KEY"),
        ("const KEY: &'static str = \"@\";", "KEY"),
        ("var apiKey string = \"@\"", "apiKey"),
        ("api_key: str = \"@\"", "api_key"),
        ("const char *api_key = \"@\";", "api_key"),
        ("NSString *apiKey = @\"@\";", "apiKey"),
        ("<openai_api_key>@</openai_api_key>", "openai_api_key"),
        ("<string name=\"openai_key\">@</string>", "openai_key"),
        ("<key>OPENAI_API_KEY</key>\n  <string>@</string>", "OPENAI_API_KEY"),
        ("<add key=\"OpenAIKey\" value=\"@\" />", "OpenAIKey"),
        ("- name: OPENAI_API_KEY\n  value: @", "OPENAI_API_KEY"),
        ("{\"name\": \"OPENAI_API_KEY\", \"value\": \"@\"}", "OPENAI_API_KEY"),
        ("${OPENAI_API_KEY:-@}", "OPENAI_API_KEY"),
        ("const u = process.env.OPENAI_BASE_URL ?? \"@\"", "process.env.OPENAI_BASE_URL"),
        ("apiKey: x || '@'", "apiKey"),
        ("-H \"Authorization: Bearer @\"", "Authorization"),
        ("https://h/x?api_key=@", "api_key"),
        ("API_KEYS = [\n  \"@\"", "API_KEYS"),
        ("keys:\n  - @", "keys"),
        ("curl --openai-api-base @", "openai-api-base"),
        ("std::string api_key{\"@\"};", "api_key"),
        ("OPENAI_API_KEY,@,x", "OPENAI_API_KEY"),
        ("| OPENAI_API_KEY | `@` |", "OPENAI_API_KEY"),
        ("buildConfigField \"String\", \"OPENAI_API_KEY\", \"\\\"@\\\"\"", "OPENAI_API_KEY"),
        ("set $openai_api_key \"@\";", "openai_api_key"),
        ("Environment=\"OPENAI_API_KEY=@\"", "OPENAI_API_KEY"),
    ];
    for (text, name) in cases {
        let at = text.rfind('@').unwrap();
        assert_eq!(name_before(text.as_bytes(), at).as_deref(), Some(name), "{text}");
    }
    for text in ["hello world @", "1,2,@", "\n@", "see @"] {
        assert_eq!(name_before(text.as_bytes(), text.len() - 1), None, "{text}");
    }
}
