//! Which accounts of a machine are people's.
//!
//! Systems, images and installed products bring accounts along that have home folders and are nobody's. A person who is
//! called like a product is missed; a product that is called a person would be a false accusation.

/// Accounts of systems, images, products and services, which no single person has. A number behind them, and how their
/// words are joined, makes no difference.
const SHARED: &str = "\
    adm admin administrator agent airflow almalinux alpine analytics ansible api app appuser azureuser backend \
    backup bamboo bitnami bot build buildbot builder buildkite buildkite-agent celery centos chatgpt circleci \
    claude clickhouse cloud cloud-user codebuild codespace coder codespace concourse container core cron daemon dagster data \
    debian default demo deploy dev developer devops dify django docker docs drone ec2-user elastic elasticsearch \
    etl fedora flask flowise foundry frontend git gitea github gitlab gitlab-runner gitlab_ci gitpod gogs grafana \
    guest gunicorn hadoop hass hdfs heroku homeassistant ingest jenkins jobs jovyan jupyter kafka kali kong \
    langflow langfuse laravel librechat linuxbrew litellm lobehub local lost+found mail mailcow mariadb mattermost \
    minecraft minio mongodb mysql n8n new-api newapi nextcloud nginx nobody node nonroot odoo oem ollama one-api \
    oneapi opc open-webui openclaw openwebui operator ops oracle passenger php pi plex posit postfix postgres \
    prefect prod production proxy public puma python queue rabbitmq rails redis replit rocky rstudio rstudio- \
    server rundeck runner runneradmin sagemaker scheduler server service sftp shared shiny sidekiq spark splunk \
    staging steam studio-lab-user supabase superset svc system teamcity temp test tester tmp tomcat traefik ubuntu \
    user uwsgi vagrant vaultwarden vllm vscode vsts web woodpecker wordpress worker wsgi www www-data zabbix";

/// Accounts whose names have a space.
const SPACED: [&str; 2] = ["all users", "default user"];

/// Words in front of the names of accounts that services run under.
const HEADS: [&str; 4] = ["svc", "srv", "service", "nixbld"];

/// Words behind them.
const TAILS: [&str; 12] =
    ["account", "admin", "agent", "bot", "builder", "daemon", "deploy", "runner", "server", "service", "svc", "user"];

/// Whether an account of this name can be a person's.
pub(super) fn is_person(name: &str) -> bool {
    let lower = name.to_lowercase();
    let plain = lower.trim_end_matches(|char: char| char.is_ascii_digit() || matches!(char, '-' | '_' | '.'));
    let joined: String = plain.chars().filter(|char| !matches!(char, '-' | '_' | '.')).collect();
    let shared = || SHARED.split(' ').any(|known| known == lower || known == plain || known == joined);
    let mut words = plain.split(['-', '_', '.']);
    let (head, tail) = (words.next(), words.next_back());
    !(plain.is_empty()
        || lower.starts_with('_')
        || SPACED.contains(&lower.as_str())
        || head.is_some_and(|head| HEADS.contains(&head))
        || tail.is_some_and(|tail| TAILS.contains(&tail))
        || shared())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_services_are_nobodys() {
        for name in [
            "ubuntu",
            "n8n",
            "OpenWebUI",
            "open-webui",
            "svc-llm",
            "svc_mail",
            "nixbld1",
            "runner2",
            "github-runner",
            "actions-runner",
            "sagemaker-user",
            "ec2-user",
            "codespace",
            "_www",
            "All Users",
            "app01",
            "backup-bot",
            "1000",
        ] {
            assert!(!is_person(name), "{name}");
        }
        for name in
            ["alice", "Bob", "alice.smith", "j-doe", "svcarson", "alice2", "user-friendly-bob", "markus", "bots"]
        {
            assert!(is_person(name), "{name}");
        }
    }
}
