//! What deployments look like, as the description of the API says it. They are shown as the rooms beneath write them
//! (`docs/schemas`); every answer of the tests is held against these.
#![expect(dead_code, reason = "only their schemas are used")]

use utoipa::ToSchema;

/// A function of a deployment.
#[derive(ToSchema)]
struct FunctionVersion {
    integration: String,
    function: String,
    /// `action` or `on-event`.
    r#type: String,
    event: Option<String>,
    /// `0.0.1`, `0.0.2`, …
    version: String,
    hash: String,
    description: Option<String>,
    file: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A set of functions that an environment runs, or ran.
#[derive(ToSchema)]
pub(super) struct Deployment {
    id: String,
    environment: String,
    #[schema(format = DateTime)]
    created_at: String,
    functions: Vec<FunctionVersion>,
    /// Whether the environment runs it.
    active: bool,
}

/// A moment from which on a deployment was the active one.
#[derive(ToSchema)]
struct HistoryEntry {
    /// 1, 2, … in the environment.
    position: u64,
    deployment: String,
    /// `deploy` or `rollback`.
    act: String,
    #[schema(format = DateTime)]
    at: String,
    author: Option<String>,
    message: Option<String>,
    /// The program that asked for it.
    client: String,
}

/// What an environment ran, the newest first.
#[derive(ToSchema)]
pub(super) struct DeploymentHistory {
    environment: String,
    active: Option<String>,
    history: Vec<HistoryEntry>,
}

/// What happens to a function.
#[derive(ToSchema)]
struct FunctionChange {
    integration: String,
    function: String,
    /// `action` or `on-event`.
    r#type: String,
    event: Option<String>,
    /// `created`, `updated`, `unchanged` or `deleted`.
    change: String,
    before: Option<String>,
    after: Option<String>,
}

/// What a deployment did, or would do.
#[derive(ToSchema)]
pub(super) struct Deployed {
    environment: String,
    /// What the environment runs now; `null` where nothing was done.
    deployment: Option<String>,
    dry_run: bool,
    /// Whether the environment runs anything else then.
    changed: bool,
    functions: Vec<FunctionChange>,
    /// Syncs, which are left out.
    skipped: Vec<String>,
}

/// A file of a function that changed.
#[derive(ToSchema)]
struct FileChange {
    path: String,
    change: String,
}

/// What happened to a function, with its text.
#[derive(ToSchema)]
struct FunctionDiff {
    integration: String,
    function: String,
    /// `action` or `on-event`.
    r#type: String,
    event: Option<String>,
    change: String,
    before: Option<String>,
    after: Option<String>,
    /// A unified diff of its own file.
    text: String,
    files: Vec<FileChange>,
}

/// What is different between two deployments.
#[derive(ToSchema)]
pub(super) struct DeploymentDiff {
    environment: String,
    from: String,
    to: String,
    functions: Vec<FunctionDiff>,
}

/// How much was pruned.
#[derive(ToSchema)]
pub(super) struct Pruned {
    environment: String,
    deployments: u64,
    function_versions: u64,
    modules: u64,
}
