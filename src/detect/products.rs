//! Products, and parts of a system, that have keys and addresses of their own and nothing to do with LLMs.

/// Words that name them.
const OTHERS: &[&str] = &[
    "adyen",
    "airtable",
    "algolia",
    "aliyun",
    "amplitude",
    "amqp",
    "apm",
    "auth0",
    "aws",
    "azurestorage",
    "bigquery",
    "bitbucket",
    "blob",
    "brave",
    "bucket",
    "cache",
    "captcha",
    "cassandra",
    "celery",
    "ceph",
    "clickhouse",
    "cloudinary",
    "cloudwatch",
    "cockroach",
    "confluence",
    "consul",
    "cos",
    "couchdb",
    "crm",
    "database",
    "datadog",
    "db",
    "deepl",
    "dingtalk",
    "discord",
    "docker",
    "dynamodb",
    "elastic",
    "elasticsearch",
    "email",
    "facebook",
    "feishu",
    "ffmpeg",
    "firebase",
    "firecrawl",
    "ftp",
    "geocoder",
    "gitea",
    "github",
    "gitlab",
    "grafana",
    "hubspot",
    "imap",
    "influx",
    "influxdb",
    "intercom",
    "jaeger",
    "jenkins",
    "jira",
    "jwt",
    "kafka",
    "keycloak",
    "kibana",
    "langfuse",
    "langsmith",
    "lark",
    "ldap",
    "line",
    "linear",
    "loki",
    "mailchimp",
    "mailer",
    "mailgun",
    "mapbox",
    "maps",
    "mariadb",
    "meilisearch",
    "memcached",
    "milvus",
    "minio",
    "mixpanel",
    "mongo",
    "mongodb",
    "mssql",
    "mysql",
    "nats",
    "neo4j",
    "newrelic",
    "nexus",
    "ngrok",
    "npm",
    "oauth",
    "oauth2",
    "okta",
    "opensearch",
    "oracle",
    "oss",
    "pagerduty",
    "paypal",
    "pgvector",
    "pinecone",
    "plaid",
    "postgres",
    "postgresql",
    "posthog",
    "prometheus",
    "pulsar",
    "pusher",
    "qdrant",
    "queue",
    "rabbitmq",
    "rds",
    "recaptcha",
    "redis",
    "registry",
    "s3",
    "salesforce",
    "saml",
    "searxng",
    "segment",
    "sendgrid",
    "sentry",
    "serpapi",
    "serper",
    "session",
    "sftp",
    "shopify",
    "sidekiq",
    "slack",
    "smtp",
    "snowflake",
    "sns",
    "solr",
    "sonarqube",
    "splunk",
    "sqlite",
    "sqlserver",
    "sqs",
    "square",
    "storage",
    "stripe",
    "supabase",
    "tavily",
    "telegram",
    "terraform",
    "trello",
    "turnstile",
    "twilio",
    "twitter",
    "typesense",
    "upstash",
    "valkey",
    "vault",
    "vectorstore",
    "weaviate",
    "webhook",
    "wechat",
    "wecom",
    "whatsapp",
    "youtube",
    "zendesk",
    "zipkin",
    "zookeeper",
];

/// Domains of services that take keys and answer no model calls.
const OTHER_DOMAINS: &[&str] = &[
    "algolia.net",
    "algolianet.com",
    "auth0.com",
    "blob.core.windows.net",
    "datadoghq.com",
    "documents.azure.com",
    "elastic-cloud.com",
    "es.amazonaws.com",
    "firebaseio.com",
    "firecrawl.dev",
    "langfuse.com",
    "mongodb.net",
    "neo4j.io",
    "pinecone.io",
    "posthog.com",
    "qdrant.io",
    "qdrant.tech",
    "search.windows.net",
    "sentry.io",
    "serpapi.com",
    "serper.dev",
    "slack.com",
    "smith.langchain.com",
    "stripe.com",
    "tavily.com",
    "trychroma.com",
    "turbopuffer.com",
    "upstash.io",
    "vault.azure.net",
    "weaviate.cloud",
    "weixin.qq.com",
    "weaviate.network",
    "zilliz.com",
    "zillizcloud.com",
];

/// Whether a host is that of a service that answers no model calls: a vector database, a log of traces.
pub(super) fn is_other_host(host: &str) -> bool {
    OTHER_DOMAINS
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether a name is that of another product, or has its word as a part: `redis`, `aws_s3`, `postgres-main`, `stripe2`.
pub(super) fn is_other_product(name: &str) -> bool {
    // `githubToken`, `RedisCache`: parts begin with a capital behind a small letter, too.
    let mut parts = String::with_capacity(name.len() + 8);
    let mut small = false;
    for char in name.chars() {
        if char.is_ascii_uppercase() && small {
            parts.push(' ');
        }
        small = char.is_ascii_lowercase();
        parts.push(if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { ' ' });
    }
    parts.split_ascii_whitespace().any(|part| {
        let stem = part.trim_end_matches(|last: char| last.is_ascii_digit());
        OTHERS.binary_search(&part).or_else(|_| OTHERS.binary_search(&stem)).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_hosts_are_told_by_their_domain() {
        for host in ["x.eu-central-1.aws.cloud.qdrant.io", "cloud.langfuse.com", "a.search.windows.net"] {
            assert!(is_other_host(host), "{host}");
        }
        for host in ["notqdrant.io", "qdrant.io.relay.net"] {
            assert!(!is_other_host(host), "{host}");
        }
    }

    #[test]
    fn other_products_are_told_by_a_word_of_their_own() {
        assert!(OTHERS.is_sorted());
        for name in ["redis", "aws_s3", "postgres-main", "stripe2", "RedisCache", "githubApp", "S3"] {
            assert!(is_other_product(name), "{name}");
        }
        for name in ["relay", "assistant", "primary", "online", "database1x", "default"] {
            assert!(!is_other_product(name), "{name}");
        }
    }
}
