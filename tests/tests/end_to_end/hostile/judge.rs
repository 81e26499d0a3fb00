//! What is wrong with how an attack ended.

use serde_json::Value;

use super::attack::{Attack, Mode};

/// How far beyond its limit a run may end, in milliseconds, on a machine that has time for it.
const MARGIN_MS: f64 = 250.0;

/// The faults of its report, and of what its caller was told. `late`: the machine, in milliseconds.
pub(super) fn faults(
    attack: &Attack,
    mode: Mode,
    report: &Value,
    returned: &Value,
    late: f64,
) -> Vec<String> {
    let mut faults = Vec::new();
    let kind = report["error"]["type"].as_str();
    let outcome = report["outcome"].as_str().unwrap_or_default();
    let found = kind.map_or(outcome.to_owned(), |kind| format!("{outcome} {kind}"));
    let wanted = attack.outcomes(mode);
    if !wanted.contains(&&*found) {
        faults.push(format!("{found} instead of {wanted:?}: {}", shortened(&report["error"])));
    }
    if outcome == "succeeded" && attack.returns.as_ref().is_some_and(|wanted| wanted != returned) {
        faults.push(format!("returned {}", shortened(returned)));
    }
    if outcome == "stopped" {
        for (what, limit, late) in [("cpu_ms", attack.cpu, 0.0), ("wall_ms", attack.wall, late)] {
            let used = report["usage"][what].as_f64().unwrap_or_default();
            if used > limit.as_secs_f64() * 1e3 + MARGIN_MS + late {
                faults.push(format!("{used} {what} under a limit of {limit:?}, {late} ms late"));
            }
        }
    }
    let bytes = report.to_string().len();
    if bytes > attack.report_bytes {
        faults.push(format!("a report of {bytes} bytes"));
    }
    faults
}

pub(super) fn shortened(value: &Value) -> String {
    value.to_string().chars().take(300).collect()
}
