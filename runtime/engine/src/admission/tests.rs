use std::time::Duration;

use onevent_contract::{Clock, Instant, RunId, SystemClock};

use super::queue::{AdmissionLimits, Asking, Decided, NotAdmitted, Queue, Ticket, Told};
use super::shares::{Shares, Whose};

const WAIT: Duration = Duration::from_secs(10);

fn whose(environment: &str, integration: &str, connection: &str) -> Whose {
    Whose {
        environment: environment.parse().unwrap(),
        integration: integration.parse().unwrap(),
        connection: connection.parse().unwrap(),
    }
}

fn connection(connection: &str) -> Whose {
    whose("prod", "hubspot", connection)
}

fn limits(places: usize, queue: usize) -> AdmissionLimits {
    AdmissionLimits { places, queue, longest_wait: WAIT, shares: Shares::default() }
}

/// A queue whose time is passed by hand; who waits is told by name.
struct Stage {
    queue: Queue<&'static str>,
    now: Instant,
}

/// What became of a run that asked.
#[derive(Debug, PartialEq)]
enum Asked {
    Runs,
    Waits,
    WaitsInsteadOf(&'static str),
    Refused(NotAdmitted),
}

/// Who begins.
type Begun = Option<(&'static str, Ticket)>;

impl Stage {
    fn new(limits: AdmissionLimits) -> Self {
        Self { queue: Queue::new(limits), now: SystemClock.monotonic() }
    }

    fn ask_with(&mut self, asking: &Asking, name: &'static str) -> (Asked, Option<Ticket>, Option<u64>) {
        match self.queue.ask(asking, self.now, name) {
            Told::Takes(ticket) => (Asked::Runs, Some(ticket), None),
            Told::Waits { number, instead: None } => (Asked::Waits, None, Some(number)),
            Told::Waits { number, instead: Some(other) } => {
                (Asked::WaitsInsteadOf(other), None, Some(number))
            }
            Told::Refused(why) => (Asked::Refused(why), None, None),
        }
    }

    fn ask(&mut self, whose: Whose, name: &'static str) -> Asked {
        self.ask_with(&asking(whose), name).0
    }

    fn runs(&mut self, whose: Whose) -> Ticket {
        self.ask_with(&asking(whose), "").1.unwrap()
    }

    fn free(&mut self, ticket: &Ticket) -> Begun {
        let Decided { takes, expired } = self.queue.free(ticket, self.now);
        assert!(expired.is_empty(), "{expired:?}");
        takes
    }

    /// Ends runs, whoever comes next included, until nobody waits; and says who came in which order.
    fn order(&mut self, mut running: Vec<Ticket>) -> Vec<&'static str> {
        let mut order = Vec::new();
        while let Some(ticket) = running.pop() {
            if let Some((name, next)) = self.free(&ticket) {
                order.push(name);
                running.insert(0, next);
            }
        }
        order
    }
}

fn asking(whose: Whose) -> Asking {
    Asking { run: RunId::generate(), caller: None, depth: 0, whose }
}

fn triggered(caller: &Asking, whose: Whose) -> Asking {
    Asking { run: RunId::generate(), caller: Some(caller.run), depth: caller.depth + 1, whose }
}

#[test]
fn who_comes_first_is_served_first_and_what_is_too_many_is_refused() {
    let mut stage = Stage::new(limits(1, 2));
    let first = stage.runs(connection("a"));
    assert_eq!(stage.ask(connection("a"), "second"), Asked::Waits);
    assert_eq!(stage.ask(connection("a"), "third"), Asked::Waits);
    assert_eq!(stage.ask(connection("a"), "fourth"), Asked::Refused(NotAdmitted::QueueFull));
    assert_eq!(stage.queue.counts(), (1, 2));
    assert_eq!(stage.order(vec![first]), ["second", "third"]);
    assert!(stage.queue.is_empty());
}

#[test]
fn without_a_queue_nothing_waits() {
    let mut stage = Stage::new(limits(1, 0));
    stage.runs(connection("a"));
    assert_eq!(stage.ask(connection("b"), "late"), Asked::Refused(NotAdmitted::QueueFull));
}

#[test]
fn nobody_waits_longer_than_the_longest_wait() {
    let mut stage = Stage::new(limits(1, 9));
    let first = stage.runs(connection("a"));
    stage.ask(connection("a"), "early");
    stage.now += WAIT / 2;
    stage.ask(connection("a"), "later");
    assert_eq!(stage.queue.expired(stage.now), (vec![], Some(stage.now + WAIT / 2)));
    stage.now += WAIT / 2;
    assert_eq!(stage.queue.expired(stage.now), (vec!["early"], Some(stage.now + WAIT / 2)));
    stage.now += WAIT / 2;
    // A place that becomes free after that is none for it, though nobody has looked yet.
    let decided = stage.queue.free(&first, stage.now);
    assert_eq!(decided.expired, ["later"]);
    assert!(decided.takes.is_none());
    assert!(stage.queue.is_empty());
}

#[test]
fn who_stops_waiting_leaves_the_queue() {
    let mut stage = Stage::new(limits(1, 2));
    let first = stage.runs(connection("a"));
    let (_, _, number) = stage.ask_with(&asking(connection("b")), "gone");
    stage.ask(connection("c"), "stays");
    assert_eq!(stage.queue.withdraw(number.unwrap()), Some("gone"));
    assert_eq!(stage.queue.withdraw(number.unwrap()), None);
    assert_eq!(stage.ask(connection("d"), "last"), Asked::Waits);
    assert_eq!(stage.order(vec![first]), ["stays", "last"]);
    assert!(stage.queue.is_empty());
}

#[test]
fn one_connection_may_take_all_places_that_nobody_else_wants_and_then_waits_behind_the_others() {
    let mut stage = Stage::new(limits(4, 9));
    let greedy: Vec<_> = (0..4).map(|_| stage.runs(connection("greedy"))).collect();
    for name in ["greedy 1", "greedy 2"] {
        stage.ask(connection("greedy"), name);
    }
    for name in ["b 1", "b 2"] {
        stage.ask(connection("b"), name);
    }
    // Its share is one place of four: `b 1` comes first, and then `b` has its share, too.
    assert_eq!(stage.free(&greedy[0]).unwrap().0, "b 1");
    assert_eq!(stage.free(&greedy[1]).unwrap().0, "greedy 1");
}

#[test]
fn integrations_and_environments_have_shares_of_their_own() {
    for (others, name) in [(whose("prod", "slack", "x"), "slack"), (whose("dev", "hubspot", "x"), "dev")] {
        let mut stage = Stage::new(limits(4, 9));
        // Each connection stays below its share.
        let running: Vec<_> = ["a", "b", "c", "d"].map(|one| stage.runs(connection(one))).into();
        stage.ask(connection("e"), "hubspot");
        stage.ask(others, name);
        assert_eq!(stage.free(&running[0]).unwrap().0, name);
    }
}

#[test]
fn what_is_above_at_a_wider_level_decides_between_its_own_first() {
    let mut stage = Stage::new(limits(4, 9));
    // One environment alone, one integration alone: only the connections differ.
    let running: Vec<_> = (0..4).map(|_| stage.runs(connection("greedy"))).collect();
    stage.ask(connection("greedy"), "greedy");
    stage.ask(connection("modest"), "modest");
    assert_eq!(stage.free(&running[0]).unwrap().0, "modest");
}

#[test]
fn a_full_queue_takes_from_who_has_more_than_his_share_of_it() {
    let mut stage = Stage::new(limits(1, 4));
    let first = stage.runs(connection("greedy"));
    for name in ["g1", "g2", "g3", "g4"] {
        assert_eq!(stage.ask(connection("greedy"), name), Asked::Waits, "nobody else wants it");
    }
    assert_eq!(stage.ask(connection("greedy"), "g5"), Asked::Refused(NotAdmitted::QueueFull));
    assert_eq!(stage.ask(connection("b"), "b1"), Asked::WaitsInsteadOf("g4"));
    // Its share is one of four.
    assert_eq!(stage.ask(connection("b"), "b2"), Asked::Refused(NotAdmitted::QueueFull));
    assert_eq!(stage.ask(connection("c"), "c1"), Asked::WaitsInsteadOf("g3"));
    assert_eq!(stage.ask(connection("greedy"), "g6"), Asked::Refused(NotAdmitted::OverShare));
    assert_eq!(stage.order(vec![first]), ["g1", "g2", "b1", "c1"]);
    assert!(stage.queue.is_empty());
}

#[test]
fn what_waits_for_a_triggered_run_never_waits_for_itself() {
    let mut stage = Stage::new(limits(2, 9));
    let roots: Vec<_> = (0..2).map(|_| asking(connection("a"))).collect();
    for root in &roots {
        assert_eq!(stage.ask_with(root, "root").0, Asked::Runs);
    }
    assert_eq!(stage.ask(connection("a"), "waits"), Asked::Waits, "all places are taken");
    for root in &roots {
        let mut caller = triggered(root, connection("a"));
        assert_eq!(stage.ask_with(&caller, "nested").0, Asked::Runs);
        for _ in 1..onevent_contract::MAX_ACTION_DEPTH {
            caller = triggered(&caller, connection("a"));
            assert_eq!(stage.ask_with(&caller, "nested").0, Asked::Runs);
        }
    }
}

#[test]
fn what_is_triggered_waits_as_long_as_its_caller() {
    let mut stage = Stage::new(limits(1, 9));
    let root = asking(connection("a"));
    stage.ask_with(&root, "root");
    let (_, first, _) = stage.ask_with(&triggered(&root, connection("a")), "first");
    stage.ask_with(&triggered(&root, connection("a")), "second");
    stage.now += WAIT * 9;
    assert_eq!(stage.queue.expired(stage.now), (vec![], None));
    assert_eq!(stage.free(&first.unwrap()).unwrap().0, "second");
}

#[test]
fn what_is_triggered_counts_against_whoever_began_it() {
    let mut stage = Stage::new(limits(4, 9));
    let root = asking(connection("greedy"));
    let (_, ticket, _) = stage.ask_with(&root, "root");
    let modest = stage.runs(connection("modest"));
    let others = [stage.runs(connection("x")), stage.runs(connection("y"))];
    // The action is for another connection; the places are the root's all the same.
    let action = triggered(&root, connection("modest"));
    let (_, action, _) = stage.ask_with(&action, "action");
    assert_eq!(stage.free(&ticket.unwrap()), None);
    stage.runs(connection("z"));
    stage.ask(connection("greedy"), "greedy");
    stage.ask(connection("fresh"), "fresh");
    // `greedy` has a place by its action alone, and `fresh` has none.
    let (name, _) = stage.free(&others[0]).unwrap();
    assert_eq!(name, "fresh");
    stage.free(&action.unwrap());
    stage.free(&modest);
}
