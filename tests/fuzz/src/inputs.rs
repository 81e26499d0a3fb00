//! Inputs made of kept ones and of words that mean something, as proptest makes and shrinks them.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::BoxedStrategy;

use crate::corpus;
use crate::target::Target;

/// Pieces of one input at most: more lead nowhere new.
const MAX_PIECES: usize = 24;
/// Changes of one kept input at most.
const MAX_CHANGES: usize = 6;
/// How often a word is repeated at most: nesting.
const MAX_REPEATS: usize = 600;

/// One change of a kept input: of so much at some place, into something else.
#[derive(Debug, Clone)]
struct Change {
    at: Index,
    removed: usize,
    inserted: Vec<u8>,
}

/// Any input of a target.
pub fn of(target: &Target) -> BoxedStrategy<Vec<u8>> {
    let kept: Arc<[Vec<u8>]> = corpus::of(target).into_iter().map(|(_, input)| input).collect();
    let piece = piece(target.words, &kept);
    let composed = vec(piece.clone(), 0..MAX_PIECES).prop_map(|pieces| pieces.concat());
    if kept.is_empty() {
        return composed.boxed();
    }
    let change = (any::<Index>(), 0..40_usize, piece).prop_map(|(at, removed, inserted)| Change {
        at,
        removed,
        inserted,
    });
    let changed = (any::<Index>(), vec(change, 1..=MAX_CHANGES))
        .prop_map(move |(which, changes)| changes.into_iter().fold(which.get(&kept).clone(), changed));
    prop_oneof![2 => composed, 5 => changed].boxed()
}

fn changed(mut input: Vec<u8>, Change { at, removed, inserted }: Change) -> Vec<u8> {
    let at = at.index(input.len() + 1);
    let until = (at + removed).min(input.len());
    input.splice(at..until, inserted);
    input
}

/// A word, a word many times, a part of a kept input, some text, some bytes, or nothing.
fn piece(words: &'static [&'static str], kept: &Arc<[Vec<u8>]>) -> BoxedStrategy<Vec<u8>> {
    let kept = Arc::clone(kept);
    let word = || any::<Index>().prop_map(|which| if words.is_empty() { "" } else { which.get(words) });
    let part = (any::<Index>(), any::<Index>(), 0..80_usize).prop_map(move |(which, at, length)| {
        if kept.is_empty() {
            return Vec::new();
        }
        let input = which.get(&kept);
        let at = at.index(input.len() + 1);
        input.get(at..(at + length).min(input.len())).unwrap_or_default().to_vec()
    });
    prop_oneof![
        6 => word().prop_map(|word| word.as_bytes().to_vec()),
        1 => (word(), 1..MAX_REPEATS).prop_map(|(word, times)| word.repeat(times).into_bytes()),
        3 => part,
        2 => ".{0,12}".prop_map(String::into_bytes),
        1 => "[0-9]{1,20}".prop_map(String::into_bytes),
        2 => vec(any::<u8>(), 0..12),
        1 => Just(Vec::new()),
    ]
    .boxed()
}
