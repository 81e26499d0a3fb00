//! What an operator measures, in the text that Prometheus and OpenTelemetry read. Labels are functions, phases, outcomes and
//! codes, of which there are few; never connections.

use onevent_contract::{FunctionKey, Outcome, Timings};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::admission::AdmissionFigures;

/// The bounds of the phases of runs, in seconds: from an empty function to the longest wait.
const PHASES: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0, 300.0];

type Labels<const N: usize> = [(&'static str, String); N];
type Histograms = Family<Labels<2>, Histogram, fn() -> Histogram>;

/// The metrics of one engine.
pub(crate) struct Measured {
    registry: Registry,
    runs: Family<Labels<2>, Counter>,
    refused: Family<Labels<1>, Counter>,
    phases: Histograms,
    places: Gauge,
    places_taken: Gauge,
    queued: Gauge,
    computing: Gauge,
    waiting_to_compute: Gauge,
    lost: Gauge,
}

impl Measured {
    pub(crate) fn new() -> Self {
        let mut measured = Self {
            registry: Registry::default(),
            runs: Family::default(),
            refused: Family::default(),
            phases: Family::new_with_constructor(|| Histogram::new(PHASES)),
            places: Gauge::default(),
            places_taken: Gauge::default(),
            queued: Gauge::default(),
            computing: Gauge::default(),
            waiting_to_compute: Gauge::default(),
            lost: Gauge::default(),
        };
        let registry = &mut measured.registry;
        registry.register("onevent_runs", "Runs that came to an end", measured.runs.clone());
        registry.register("onevent_runs_refused", "Runs that did not start", measured.refused.clone());
        registry.register(
            "onevent_run_phase_seconds",
            "Where the time of runs went",
            measured.phases.clone(),
        );
        for (name, help, gauge) in [
            ("onevent_places", "Runs that there may be", &measured.places),
            ("onevent_places_taken", "Runs that there are", &measured.places_taken),
            ("onevent_runs_queued", "Runs that wait for a place", &measured.queued),
            ("onevent_threads_computing", "Threads that compute", &measured.computing),
            (
                "onevent_threads_waiting_to_compute",
                "Threads that wait for their turn to compute",
                &measured.waiting_to_compute,
            ),
            ("onevent_threads_lost", "Threads that execute code which cannot be stopped", &measured.lost),
        ] {
            registry.register(name, help, gauge.clone());
        }
        measured
    }

    /// A run came to its end.
    pub(crate) fn ran(&self, function: &FunctionKey, outcome: Outcome, timings: &Timings) {
        let function = function.to_string();
        let ended = [("function", function.clone()), ("outcome", outcome.as_str().to_owned())];
        self.runs.get_or_create(&ended).inc();
        let Timings { prewarmed, queue, isolate, load, exec, host, teardown } = timings;
        let phases = [("queue", queue), ("exec", exec), ("host", host), ("teardown", teardown)];
        // Of an isolate that was there before the run, nobody waited for these.
        let made = [("isolate", isolate), ("load", load)];
        for (phase, time) in phases.into_iter().chain(made.into_iter().filter(|_| !prewarmed)) {
            let phase = [("function", function.clone()), ("phase", phase.to_owned())];
            self.phases.get_or_create(&phase).observe(time.as_secs_f64());
        }
    }

    /// A run did not start.
    pub(crate) fn refused(&self, code: &'static str) {
        self.refused.get_or_create(&[("code", code.to_owned())]).inc();
    }

    /// All of it as a text, with what there is now.
    pub(crate) fn text(&self, now: &AdmissionFigures, lost_threads: usize) -> String {
        for (gauge, number) in [
            (&self.places, now.places),
            (&self.places_taken, now.places_taken),
            (&self.queued, now.queued),
            (&self.computing, now.computing),
            (&self.waiting_to_compute, now.waiting_to_compute),
            (&self.lost, lost_threads),
        ] {
            gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        // A `String` takes everything.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
