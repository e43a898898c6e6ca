//! Whether spending has a limit: of the organization, or of each project in use.

use serde_json::Value;
use tokio::task::JoinSet;

use crate::model::{OnlineReason, ProjectFacts};

use super::{Asker, Project, pages};

/// The projects in use for which nothing limits spending and nobody is told of it; sorted. What could not be asked is not
/// said to be missing.
pub(super) async fn without(asker: &Asker<'_>, projects: &[Project]) -> Vec<ProjectFacts> {
    let active: Vec<&Project> = projects.iter().filter(|project| !project.archived).collect();
    if active.is_empty() || is_there(asker, "").await != Some(false) {
        return Vec::new();
    }
    let mut asking = JoinSet::new();
    for project in active {
        let (client, admin, facts) = (asker.client.clone(), asker.admin.clone(), project.facts.clone());
        asking.spawn(async move {
            let asker = Asker { client: &client, admin: &admin };
            let there = is_there(&asker, &format!("/projects/{}", facts.id)).await;
            (there == Some(false)).then_some(facts)
        });
    }
    let mut without: Vec<ProjectFacts> = asking.join_all().await.into_iter().flatten().collect();
    without.sort();
    without
}

/// Whether there is a limit or an alert. `None` where that could not be found out.
async fn is_there(asker: &Asker<'_>, whose: &str) -> Option<bool> {
    let limit = match asker.client.get(&asker.request(&format!("{whose}/spend_limit")).ok()?).await {
        Ok(answer) if answer.status == 404 => Ok(false),
        Ok(answer) if answer.status == 200 => {
            let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
            body.map(|body| body.get("threshold_amount").is_some_and(|amount| !amount.is_null()))
                .ok_or(OnlineReason::NotTheApi)
        }
        _ => Err(OnlineReason::Unexpected),
    };
    if limit.ok()? {
        return Some(true);
    }
    let alerts = pages::body(asker, &format!("{whose}/spend_alerts?limit=1")).await.ok()?;
    Some(!alerts.get("data")?.as_array()?.is_empty())
}
