//! A run that is stopped says where it was, in the author's file.

use std::sync::Arc;
use std::time::Duration;

use onevent_contract::{ErrorType, RunReport};

use crate::support::run_with;

/// The first line of a body, in the file that it is put into.
const FIRST_LINE: u32 = 8;

async fn stopped(body: &str) -> RunReport {
    run_with(body, Arc::default(), |invocation| {
        invocation.limits.wall = Duration::from_secs(2);
        invocation.limits.cpu = Duration::from_millis(300);
    })
    .await
}

/// The line and the function of the innermost frame, if there is one.
fn place(report: &RunReport) -> Option<(u32, Option<&str>)> {
    let frame = report.error.as_ref()?.frames.first()?;
    Some((frame.line - FIRST_LINE + 1, frame.function.as_deref()))
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_line_that_it_executed() {
    let report = stopped(
        "interface Endless { n: number }\n\
         function work(endless: Endless): void {\n\
         for (;;) {\nendless.n++;\n}\n}\n\
         nango.log('begins');\n\
         work({ n: 1 });",
    )
    .await;
    assert_eq!(report.error.as_ref().map(|error| error.kind), Some(ErrorType::CpuLimitExceeded));
    let (line, function) = place(&report).unwrap();
    assert!((3..=4).contains(&line), "{:?}", report.error);
    assert_eq!(function, Some("work"));
}
