//! Whether a subject does what the function says: what has other effects has done other work, and its figures are void.

use serde_json::{Value, json};

use crate::documents::ORGANIZATION;
use crate::failure::Tried;
use crate::protocol::{Batch, Ran};
use crate::provider::Provider;
use crate::subject::Subject;
use crate::workload::Workload;

/// One run, and what must come of it.
struct Probe {
    before: Value,
    wanted: Ran,
}

fn probes(workload: Workload) -> Vec<Probe> {
    let ran = |outcome: &str, message: Option<String>, metadata: Value| Ran {
        outcome: outcome.to_owned(),
        message,
        metadata,
    };
    let succeeds = Probe { before: workload.before(), wanted: ran("succeeded", None, workload.after()) };
    match workload {
        Workload::W2 | Workload::W3 | Workload::Curve | Workload::Waiting | Workload::Slope => {
            let locked = json!({ "organizationId": ORGANIZATION });
            let other = json!({ "organizationId": "org_B" });
            let mismatch = format!("Salesforce org mismatch: expected org_B, got {ORGANIZATION}");
            vec![
                succeeds,
                Probe { before: Value::Null, wanted: ran("succeeded", None, locked) },
                Probe { before: other.clone(), wanted: ran("rejected", Some(mismatch), other) },
            ]
        }
        Workload::W1 | Workload::W4 | Workload::W5 | Workload::W6 | Workload::W7 | Workload::W8 => {
            vec![succeeds]
        }
    }
}

/// What is wrong with a subject's runs; `None` where they do what they should.
pub(crate) async fn probe(
    subject: &mut Subject,
    workload: Workload,
    provider: &Provider,
) -> Tried<Option<String>> {
    provider.take().await?;
    let probes = probes(workload);
    for Probe { before, wanted } in &probes {
        let ran = subject.probe(before).await?;
        if ran != *wanted {
            return Ok(Some(format!("a run over {before} gave {ran:?} instead of {wanted:?}")));
        }
    }
    Ok(provider.take().await?.differs_from(&workload.requests(), probes.len()))
}

/// The same of many runs, whose requests the provider has seen.
pub(crate) async fn of_batch(
    batch: &Batch,
    workload: Workload,
    runs: usize,
    provider: &Provider,
) -> Tried<Option<String>> {
    let seen = provider.take().await?;
    if let Some(failure) = &batch.failure {
        return Ok(Some(failure.clone()));
    }
    if batch.metadata != workload.after() {
        return Ok(Some(format!("a run left the metadata {}", batch.metadata)));
    }
    Ok(seen.differs_from(&workload.requests(), runs - batch.refused))
}
