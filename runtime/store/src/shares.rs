//! Who comes first where more is due than there are places: nobody's flood keeps others waiting.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::database::{GroupColumns, HeadRow, KeyColumns};
use crate::{EventKind, StoreError, Transaction};

/// How many events a process works on at once, at most, of one integration and of one environment. What is left of the places
/// is there for others, whatever is due first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// Of one integration in one environment.
    pub integration: usize,
    /// Of one environment.
    pub environment: usize,
}

impl Shares {
    /// No bounds: whoever has least comes first, and takes all if nobody else wants any.
    pub const UNBOUNDED: Self = Self { integration: usize::MAX, environment: usize::MAX };
}

/// How often it is looked, at most, for connections that the first ones found hide: each look finds one at least.
const LOOKS: usize = 4;

impl Transaction {
    /// The events to be begun next, at most so many. In turn: the environment of which least is worked on, in it the
    /// integration of which least is, and of that the connection.
    pub(crate) async fn next_events(
        &mut self,
        kinds: &[EventKind],
        most: usize,
        shares: Shares,
    ) -> Result<Vec<String>, StoreError> {
        let groups = self.tables().waiting_groups().await?;
        if groups.is_empty() || most == 0 {
            return Ok(Vec::new());
        }
        let at_work = self.at_work(kinds).await?;
        let mut waiting = Vec::new();
        for group in groups {
            let room = shares.integration.saturating_sub(at_work.of_group(&group)).min(most);
            let heads = self.heads(&group, kinds, &at_work, room).await?;
            if !heads.is_empty() {
                waiting.push((group, heads));
            }
        }
        Ok(in_turn(waiting, at_work, most, shares))
    }

    /// What this process works on.
    pub(crate) async fn at_work(&mut self, kinds: &[EventKind]) -> Result<AtWork, StoreError> {
        let node = self.node();
        Ok(AtWork::of(self.tables().leased_keys(kinds, node).await?))
    }

    /// What is due of an integration, its connections in turn.
    async fn heads(
        &mut self,
        group: &GroupColumns,
        kinds: &[EventKind],
        at_work: &AtWork,
        room: usize,
    ) -> Result<VecDeque<HeadRow>, StoreError> {
        if room == 0 {
            return Ok(VecDeque::new());
        }
        let limit = i64::try_from(room).unwrap_or(i64::MAX);
        let mut heads = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        for _ in 0..LOOKS {
            // At first everybody; then those that have no more than who has least of those seen.
            let least = seen.iter().map(|id| at_work.of_connection(group, id)).min();
            let busier = at_work.busier_than(group, least.unwrap_or(usize::MAX));
            let besides: Vec<String> = seen.iter().cloned().chain(busier).collect();
            let found = self.tables().due_heads(group, kinds, &besides, limit).await?;
            let is_all = found.len() < room;
            seen.extend(found.iter().map(|head| head.connection_id.clone()));
            heads.extend(found);
            let idle = seen.iter().filter(|id| at_work.of_connection(group, id) == 0).count();
            if is_all || idle >= room {
                break;
            }
        }
        let mut turns: HashMap<String, usize> = HashMap::new();
        let mut by_turn: Vec<(usize, HeadRow)> = heads
            .into_iter()
            .map(|head| {
                let begun = at_work.of_connection(group, &head.connection_id);
                let turn = turns.entry(head.connection_id.clone()).or_insert(begun);
                *turn += 1;
                (*turn, head)
            })
            .collect();
        // Stable: who was due first comes first in each turn.
        by_turn.sort_by_key(|(turn, _)| *turn);
        Ok(by_turn.into_iter().map(|(_, head)| head).collect())
    }
}

/// How much is worked on, and for whom.
#[derive(Debug, Default)]
pub(crate) struct AtWork {
    environments: HashMap<String, usize>,
    groups: HashMap<GroupColumns, HashMap<String, usize>>,
}

impl AtWork {
    fn of(leased: Vec<KeyColumns>) -> Self {
        let mut at_work = Self::default();
        for KeyColumns { environment, integration, connection_id } in leased {
            at_work.begin(&GroupColumns { environment, integration }, connection_id);
        }
        at_work
    }

    fn begin(&mut self, group: &GroupColumns, connection_id: String) {
        *self.environments.entry(group.environment.clone()).or_default() += 1;
        *self.groups.entry(group.clone()).or_default().entry(connection_id).or_default() += 1;
    }

    /// Whether all of these can be begun beside it, and everybody stays within its share.
    pub(crate) fn has_room_for(mut self, keys: impl Iterator<Item = KeyColumns>, shares: Shares) -> bool {
        for KeyColumns { environment, integration, connection_id } in keys {
            let group = GroupColumns { environment, integration };
            self.begin(&group, connection_id);
            let environment = self.of_environment(&group.environment);
            if environment > shares.environment || self.of_group(&group) > shares.integration {
                return false;
            }
        }
        true
    }

    fn of_environment(&self, environment: &str) -> usize {
        self.environments.get(environment).copied().unwrap_or_default()
    }

    fn of_group(&self, group: &GroupColumns) -> usize {
        self.groups.get(group).map_or(0, |connections| connections.values().sum())
    }

    fn of_connection(&self, group: &GroupColumns, connection_id: &str) -> usize {
        self.groups.get(group).and_then(|each| each.get(connection_id)).copied().unwrap_or_default()
    }

    fn busier_than(&self, group: &GroupColumns, work: usize) -> impl Iterator<Item = String> + '_ {
        let each = self.groups.get(group).into_iter().flatten();
        each.filter(move |(_, count)| **count > work).map(|(id, _)| id.clone())
    }
}

fn in_turn(
    mut waiting: Vec<(GroupColumns, VecDeque<HeadRow>)>,
    mut at_work: AtWork,
    most: usize,
    shares: Shares,
) -> Vec<String> {
    let mut chosen = Vec::new();
    while chosen.len() < most {
        let may_begin = waiting.iter_mut().filter(|(group, heads)| {
            !heads.is_empty()
                && at_work.of_environment(&group.environment) < shares.environment
                && at_work.of_group(group) < shares.integration
        });
        let next = may_begin
            .min_by_key(|(group, _)| (at_work.of_environment(&group.environment), at_work.of_group(group)));
        let Some((group, heads)) = next else { break };
        let Some(head) = heads.pop_front() else { break };
        at_work.begin(group, head.connection_id);
        chosen.push(head.id);
    }
    chosen
}
