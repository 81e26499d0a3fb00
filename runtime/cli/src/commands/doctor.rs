//! `onevent doctor`: what keeps child processes from everything but their work, here.

use anstyle::Style;
use onevent_engine::process::ChildFailure;
use onevent_worker::{Attempt, Attempted, Doors, Holds, LayerState};
use serde::Serialize;
use strum::VariantArray as _;

use crate::exit::ExitCode;
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, NAME, Reply, Table, WARN};
use crate::session::Session;

/// `docs/schemas/doctor.json`.
#[derive(Debug, Serialize)]
struct Document {
    isolation: String,
    isolation_require: String,
    layers: Vec<LayerDocument>,
    attempts: Vec<AttemptDocument>,
}

#[derive(Debug, Serialize)]
struct LayerDocument {
    layer: String,
    purpose: &'static str,
    holds: &'static str,
    why_not: Option<String>,
}

#[derive(Debug, Serialize)]
struct AttemptDocument {
    attempt: String,
    in_a_child: Option<Attempted>,
    without_layers: Option<Attempted>,
}

/// Starts a child, asks it what holds, and tries what no child may do.
pub(crate) async fn run(session: &Session) -> Result<Reply, Failure> {
    let children = session.service.children();
    let settings = session.service.settings();
    let layers = children.layers().await.map_err(|failure| not_here(&failure))?;
    let mut attempts = Vec::new();
    for attempt in Attempt::VARIANTS {
        attempts.push(AttemptDocument {
            attempt: attempt.to_string(),
            in_a_child: children.attempt(*attempt, Doors::Closed).await,
            without_layers: children.attempt(*attempt, Doors::Open).await,
        });
    }
    let document = Document {
        isolation: settings.isolation.value.to_string(),
        isolation_require: settings.isolation_require.value.to_string(),
        layers: layers.into_iter().map(layer).collect(),
        attempts,
    };
    Reply::new(&document, text(&document))
}

/// What is said where no child can be started, or less holds than has to.
pub(crate) fn not_here(failure: &ChildFailure) -> Failure {
    Failure::new(ExitCode::Internal, "no_child_process", failure.to_string())
        .hint("a container may forbid landlock or seccomp; see docs/isolation.md")
}

fn layer(state: LayerState) -> LayerDocument {
    let (holds, why_not) = match state.holds {
        Holds::Partly(why) => ("partly", Some(why)),
        Holds::Not(why) => ("no", Some(why)),
        _ => ("yes", None),
    };
    LayerDocument { layer: state.layer.to_string(), purpose: state.layer.purpose(), holds, why_not }
}

fn text(document: &Document) -> String {
    let mut layers = Table::new(&["layer", "holds", "what it does"]);
    for layer in &document.layers {
        let style = match layer.holds {
            "yes" => GOOD,
            "partly" => WARN,
            _ => BAD,
        };
        let holds = match &layer.why_not {
            Some(why) => format!("{}: {why}", layer.holds),
            None => layer.holds.to_owned(),
        };
        layers.row([(NAME, layer.layer.clone()), (style, holds), (Style::new(), layer.purpose.to_owned())]);
    }
    let mut attempts = Table::new(&["attempt", "in a child", "without layers"]);
    for attempt in &document.attempts {
        let said = |attempted: Option<Attempted>| {
            attempted.map_or_else(|| "unknown".to_owned(), |attempted| attempted.to_string())
        };
        let style = if attempt.in_a_child == Some(Attempted::Refused) { GOOD } else { BAD };
        attempts.row([
            (NAME, attempt.attempt.clone()),
            (style, said(attempt.in_a_child)),
            (DIM, said(attempt.without_layers)),
        ]);
    }
    format!("{}\n{}", layers.render(), attempts.render())
}
