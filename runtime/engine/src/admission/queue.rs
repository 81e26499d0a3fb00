//! Who gets the next place. Nothing here waits or reads a clock: it is told the time.
//!
//! Runs that other runs wait for have places of their own, as many for each depth: a run waits only for places of its own
//! depth, and the deepest triggers nothing, so there is always one that can go on. They count against whoever began it all.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use onevent_contract::{Instant, Invocation, MAX_ACTION_DEPTH, RunId};

use super::shares::{Accounts, Has, Ledger, Shares, Whose};

/// How many runs an engine takes at a time, how many wait, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdmissionLimits {
    pub(crate) places: usize,
    pub(crate) queue: usize,
    pub(crate) longest_wait: Duration,
    pub(crate) shares: Shares,
}

/// Why a run gets no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotAdmitted {
    /// The queue is full, and nobody waits who has less of it.
    QueueFull,
    /// It has waited as long as a run may.
    QueueExpired,
    /// The queue is full, and whose run it is has more than his share of it.
    OverShare,
}

/// A run, as far as its place is concerned.
pub(crate) struct Asking {
    pub(super) run: RunId,
    pub(super) caller: Option<RunId>,
    pub(super) depth: u32,
    pub(super) whose: Whose,
}

impl Asking {
    pub(crate) fn of(invocation: &Invocation) -> Self {
        Self {
            run: invocation.run_id,
            caller: invocation.caller_run_id,
            depth: invocation.depth,
            whose: Whose::of(invocation),
        }
    }
}

/// A place that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket {
    run: RunId,
    depth: usize,
    accounts: Accounts,
}

/// What a run that asks is told.
pub(super) enum Told<T> {
    Takes(Ticket),
    /// It waits, under this number. `instead` had waited, and is refused: it was above its share.
    Waits {
        number: u64,
        instead: Option<T>,
    },
    Refused(NotAdmitted),
}

/// Who waited and was decided about.
pub(super) struct Decided<T> {
    pub(super) takes: Option<(T, Ticket)>,
    pub(super) expired: Vec<T>,
}

struct Waiter<T> {
    number: u64,
    run: RunId,
    accounts: Accounts,
    /// `None` while another run waits for this one: that one's wall-clock limit holds for both.
    until: Option<Instant>,
    told: T,
}

struct Level<T> {
    taken: usize,
    waiting: VecDeque<Waiter<T>>,
}

/// The places, and those who wait for one. `T` is how they are told.
pub(super) struct Queue<T> {
    limits: AdmissionLimits,
    levels: Vec<Level<T>>,
    ledger: Ledger,
    /// The accounts of those who have a place, for what they trigger.
    running: HashMap<RunId, Accounts>,
    next: u64,
}

impl<T> Queue<T> {
    pub(super) fn new(limits: AdmissionLimits) -> Self {
        let level = |_| Level { taken: 0, waiting: VecDeque::new() };
        Self {
            limits,
            levels: (0..=MAX_ACTION_DEPTH).map(level).collect(),
            ledger: Ledger::default(),
            running: HashMap::new(),
            next: 0,
        }
    }

    /// Runs that have a place, and runs that wait.
    pub(super) fn counts(&self) -> (usize, usize) {
        self.levels
            .iter()
            .fold((0, 0), |(taken, waiting), level| (taken + level.taken, waiting + level.waiting.len()))
    }

    /// Asks for a place; `told` is kept if it has to wait.
    pub(super) fn ask(&mut self, asking: &Asking, now: Instant, told: T) -> Told<T> {
        let depth = usize::try_from(asking.depth).unwrap_or(usize::MAX).min(self.levels.len() - 1);
        let root = asking.caller.and_then(|caller| self.running.get(&caller)).copied();
        let Some(level) = self.levels.get_mut(depth) else { return Told::Refused(NotAdmitted::QueueFull) };
        let open = |ledger: &mut Ledger, has| match root {
            Some(root) => {
                ledger.add(&root, has);
                root
            }
            None => ledger.open(&asking.whose, has),
        };
        if level.taken < self.limits.places {
            level.taken += 1;
            let accounts = open(&mut self.ledger, Has::Place);
            self.running.insert(asking.run, accounts);
            return Told::Takes(Ticket { run: asking.run, depth, accounts });
        }
        let accounts = open(&mut self.ledger, Has::Wait);
        let mut instead = None;
        if level.waiting.len() >= self.limits.queue {
            match self.pushed_out(depth, &accounts) {
                Ok(number) => instead = self.withdraw(number),
                Err(refused) => {
                    self.ledger.take(&accounts, Has::Wait);
                    return Told::Refused(refused);
                }
            }
        }
        let number = self.next;
        self.next += 1;
        let until = (depth == 0).then(|| now.checked_add(self.limits.longest_wait)).flatten();
        if let Some(level) = self.levels.get_mut(depth) {
            level.waiting.push_back(Waiter { number, run: asking.run, accounts, until, told });
        }
        Told::Waits { number, instead }
    }

    /// Who has to go for a run with these accounts: the newest of those who are the most above their share of the queue.
    fn pushed_out(&self, depth: usize, newcomer: &Accounts) -> Result<u64, NotAdmitted> {
        let above = |accounts| self.ledger.above_in_queue(accounts, &self.limits.shares, self.limits.queue);
        let newcomer = above(newcomer);
        let waiting = self.levels.get(depth).map(|level| &level.waiting).into_iter().flatten();
        let (mut most, mut least) = (None, newcomer);
        for waiter in waiting {
            let theirs = above(&waiter.accounts);
            least = least.min(theirs);
            if theirs > newcomer && most.is_none_or(|(most, _)| theirs >= most) {
                most = Some((theirs, waiter.number));
            }
        }
        match most {
            Some((_, number)) => Ok(number),
            None if least < newcomer => Err(NotAdmitted::OverShare),
            None => Err(NotAdmitted::QueueFull),
        }
    }

    /// A run has given its place back: decides who gets it.
    pub(super) fn free(&mut self, ticket: &Ticket, now: Instant) -> Decided<T> {
        self.ledger.take(&ticket.accounts, Has::Place);
        self.running.remove(&ticket.run);
        let Some(level) = self.levels.get_mut(ticket.depth) else {
            return Decided { takes: None, expired: Vec::new() };
        };
        level.taken = level.taken.saturating_sub(1);
        let expired = self.expire(ticket.depth, now);
        Decided { takes: self.next_of(ticket.depth), expired }
    }

    /// Those who came first have waited the longest.
    fn expire(&mut self, depth: usize, now: Instant) -> Vec<T> {
        let Some(level) = self.levels.get_mut(depth) else { return Vec::new() };
        let is_late = |waiter: &Waiter<T>| waiter.until.is_some_and(|until| until <= now);
        let late = level.waiting.iter().take_while(|waiter| is_late(waiter)).count();
        let late = level.waiting.drain(..late);
        late.map(|waiter| {
            self.ledger.take(&waiter.accounts, Has::Wait);
            waiter.told
        })
        .collect()
    }

    /// Those who have waited as long as they may, and when the next one will have.
    pub(super) fn expired(&mut self, now: Instant) -> (Vec<T>, Option<Instant>) {
        let expired = (0..self.levels.len()).flat_map(|depth| self.expire(depth, now)).collect();
        let first = self.levels.iter().filter_map(|level| level.waiting.front()?.until).min();
        (expired, first)
    }

    /// The first of those who are the least above their share.
    fn next_of(&mut self, depth: usize) -> Option<(T, Ticket)> {
        let level = self.levels.get_mut(depth)?;
        let mut best = None;
        for (place, waiter) in level.waiting.iter().enumerate() {
            let above =
                self.ledger.above_in_places(&waiter.accounts, &self.limits.shares, self.limits.places);
            if best.is_none_or(|(least, _)| above < least) {
                best = Some((above, place));
            }
            if !above.contains(&true) {
                break;
            }
        }
        let waiter = level.waiting.remove(best?.1)?;
        level.taken += 1;
        // In this order: an account that is empty in between would be closed.
        self.ledger.add(&waiter.accounts, Has::Place);
        self.ledger.take(&waiter.accounts, Has::Wait);
        self.running.insert(waiter.run, waiter.accounts);
        Some((waiter.told, Ticket { run: waiter.run, depth, accounts: waiter.accounts }))
    }

    /// Whoever waits under this number waits no more. `None` if it does not wait.
    pub(super) fn withdraw(&mut self, number: u64) -> Option<T> {
        for level in &mut self.levels {
            // Numbers rise from front to back.
            if let Ok(place) = level.waiting.binary_search_by_key(&number, |waiter| waiter.number) {
                let waiter = level.waiting.remove(place)?;
                self.ledger.take(&waiter.accounts, Has::Wait);
                return Some(waiter.told);
            }
        }
        None
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.counts() == (0, 0) && self.ledger.is_empty() && self.running.is_empty()
    }
}
