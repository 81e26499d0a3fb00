//! Whose runs they are, and what is each one's share.

use std::collections::HashMap;

use onevent_contract::{ConnectionId, EnvironmentName, IntegrationId, Invocation};
use slab::Slab;

/// What one environment, one integration of it, and one connection of that may hold at most while others wait, in percent
/// of the places and of the queue, from 1 to 100.
///
/// A share is no reserve: what nobody else wants may be taken beyond it. Who is above his share waits behind everybody who
/// is below his own, and is the first to lose what waits when the queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// Of one environment.
    pub environment: u8,
    /// Of one integration in one environment.
    pub integration: u8,
    /// Of one connection.
    pub connection: u8,
}

impl Default for Shares {
    /// Two environments, or integrations, can work side by side without feeling each other; of connections there are many.
    fn default() -> Self {
        Self { environment: 75, integration: 50, connection: 25 }
    }
}

/// Who holds a share, from the widest to the narrowest.
pub(super) const HOLDERS: usize = 3;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Holder {
    Environment(EnvironmentName),
    Integration(EnvironmentName, IntegrationId),
    Connection(EnvironmentName, IntegrationId, ConnectionId),
}

/// Whose run it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whose {
    pub(super) environment: EnvironmentName,
    pub(super) integration: IntegrationId,
    pub(super) connection: ConnectionId,
}

impl Whose {
    /// That of an invocation.
    pub(crate) fn of(invocation: &Invocation) -> Self {
        Self {
            environment: invocation.environment.clone(),
            integration: invocation.connection.integration.clone(),
            connection: invocation.connection.connection_id.clone(),
        }
    }

    fn holders(&self) -> [Holder; HOLDERS] {
        let Self { environment, integration, connection } = self;
        [
            Holder::Environment(environment.clone()),
            Holder::Integration(environment.clone(), integration.clone()),
            Holder::Connection(environment.clone(), integration.clone(), connection.clone()),
        ]
    }
}

/// The accounts of one run's holders.
pub(super) type Accounts = [usize; HOLDERS];

/// Which of a run's holders are at or above their share. They compare as they count: what an integration has too much
/// matters among those of one environment.
pub(super) type Above = [bool; HOLDERS];

/// What one holder has.
struct Account {
    holder: Holder,
    places: usize,
    waiting: usize,
}

/// What every holder has that has anything.
#[derive(Default)]
pub(super) struct Ledger {
    accounts: Slab<Account>,
    known: HashMap<Holder, usize>,
}

/// What a run has of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Has {
    Place,
    Wait,
}

impl Ledger {
    /// The accounts of whose run it is, which from here on has that.
    pub(super) fn open(&mut self, whose: &Whose, has: Has) -> Accounts {
        let accounts = whose.holders().map(|holder| match self.known.get(&holder) {
            Some(account) => *account,
            None => {
                let account = Account { holder: holder.clone(), places: 0, waiting: 0 };
                let number = self.accounts.insert(account);
                self.known.insert(holder, number);
                number
            }
        });
        self.add(&accounts, has);
        accounts
    }

    /// One more run of the same has that.
    pub(super) fn add(&mut self, accounts: &Accounts, has: Has) {
        for number in accounts {
            if let Some(account) = self.accounts.get_mut(*number) {
                match has {
                    Has::Place => account.places += 1,
                    Has::Wait => account.waiting += 1,
                }
            }
        }
    }

    /// It has that no more. Accounts that hold nothing are closed.
    pub(super) fn take(&mut self, accounts: &Accounts, has: Has) {
        for number in accounts {
            let Some(account) = self.accounts.get_mut(*number) else { continue };
            match has {
                Has::Place => account.places = account.places.saturating_sub(1),
                Has::Wait => account.waiting = account.waiting.saturating_sub(1),
            }
            if account.places == 0 && account.waiting == 0 {
                let closed = self.accounts.remove(*number);
                self.known.remove(&closed.holder);
            }
        }
    }

    /// Which of the holders have so many places that they would be above their share with one more.
    pub(super) fn above_in_places(&self, accounts: &Accounts, shares: &Shares, places: usize) -> Above {
        self.above(accounts, shares, |account, share| account.places >= part(places, share))
    }

    /// Which of the holders have more that waits than their share of the queue.
    pub(super) fn above_in_queue(&self, accounts: &Accounts, shares: &Shares, queue: usize) -> Above {
        self.above(accounts, shares, |account, share| account.waiting > part(queue, share))
    }

    fn above(&self, accounts: &Accounts, shares: &Shares, is_above: impl Fn(&Account, u8) -> bool) -> Above {
        let shares = [shares.environment, shares.integration, shares.connection];
        let mut above = [false; HOLDERS];
        for ((above, number), share) in above.iter_mut().zip(accounts).zip(shares) {
            *above = self.accounts.get(*number).is_some_and(|account| is_above(account, share));
        }
        above
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.known.is_empty()
    }
}

/// A share of so many, at least one.
fn part(of: usize, percent: u8) -> usize {
    (of.saturating_mul(usize::from(percent)) / 100).max(1)
}
