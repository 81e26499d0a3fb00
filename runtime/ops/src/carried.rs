//! What a call carries, counted before any byte of it is copied.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::{OpState, serde_v8, v8};
use onevent_contract::{CUT, HeldBytes, HostError, RootBudget};
use serde::de::DeserializeOwned;

use crate::runs::run_of;
use crate::wire::refused;

/// What the SDK hands over is no deeper: a request, a list of its fields, a pair, a text.
const MAX_DEPTH: u32 = 8;

/// What a text takes beside its bytes.
const OVERHEAD: usize = 32;

/// An argument of a call, with the room that it takes of the root run's budget until the call ends.
pub(crate) type Carried<T> = Result<(HeldBytes, T), HostError>;

/// Reads an argument. `beside`: bytes that are carried with it.
pub(crate) fn carried<'s, T: DeserializeOwned>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &Rc<RefCell<OpState>>,
    value: v8::Local<'s, v8::Value>,
    beside: usize,
) -> Carried<T> {
    // Without a run nothing is done with it.
    let budget =
        run_of(scope, state).map_or_else(RootBudget::default, |run| run.call.effects.budget().clone());
    let left = budget.bytes_left();
    let bytes = measured(scope, value, left, 0).map_err(|more| budget.exceeded_by(more))?;
    let held = budget.take(bytes.saturating_add(beside))?;
    let value = serde_v8::from_v8(scope, value)
        .map_err(|error| refused("invalid_request", format!("the call cannot be read: {error}")))?;
    Ok((held, value))
}

/// Names of integrations, connections, functions and locks are not longer, in UTF-16 units. What is longer is not copied.
const MAX_NAME_UNITS: usize = 4_096;

/// A name; `None` where there is none. In the place of one that is too long stands a text that is refused wherever a name is
/// checked, because it is too long as well.
pub(crate) fn name(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Option<String> {
    let text = v8::Local::<v8::String>::try_from(value).ok()?;
    Some(match text.length() {
        0..=MAX_NAME_UNITS => text.to_rust_string_lossy(scope),
        _ => "…".repeat(MAX_NAME_UNITS),
    })
}

/// The beginning of a text, with a mark where the rest was: that is not copied. Half a character is replaced.
pub(crate) fn beginning(
    scope: &mut v8::PinScope<'_, '_>,
    value: v8::Local<'_, v8::Value>,
    units: usize,
) -> Option<String> {
    let text = v8::Local::<v8::String>::try_from(value).ok()?;
    if text.length() <= units {
        return Some(text.to_rust_string_lossy(scope));
    }
    let mut kept = vec![0; units];
    text.write_v2(scope, 0, &mut kept, v8::WriteFlags::empty());
    Some(String::from_utf16_lossy(&kept) + CUT)
}

/// How many bytes the texts in `value` take. The many that share one text count it each: each becomes a copy.
///
/// # Errors
/// More than `most`: so many at least. What nests too deeply is too much as well.
fn measured(
    scope: &mut v8::PinScope<'_, '_>,
    value: v8::Local<'_, v8::Value>,
    most: usize,
    depth: u32,
) -> Result<usize, usize> {
    if let Ok(text) = v8::Local::<v8::String>::try_from(value) {
        // At least a byte for each unit: a text that is too long is not looked through.
        let bytes = if text.length() > most { text.length() } else { text.utf8_length(scope) };
        return within(bytes.saturating_add(OVERHEAD), most);
    }
    if let Ok(list) = v8::Local::<v8::Array>::try_from(value) {
        let mut total = room(list.length(), most, depth)?;
        for index in 0..list.length() {
            if let Some(item) = list.get_index(scope, index) {
                total += measured(scope, item, most - total, depth + 1).map_err(|more| total + more)?;
            }
        }
        return Ok(total);
    }
    if value.is_array_buffer_view() || !value.is_object() {
        return Ok(0);
    }
    let Ok(object) = v8::Local::<v8::Object>::try_from(value) else { return Ok(0) };
    let Some(names) = object.get_own_property_names(scope, v8::GetPropertyNamesArgs::default()) else {
        return Ok(0);
    };
    let mut total = room(names.length(), most, depth)?;
    for index in 0..names.length() {
        let field = names.get_index(scope, index).and_then(|name| object.get(scope, name));
        if let Some(field) = field {
            total += measured(scope, field, most - total, depth + 1).map_err(|more| total + more)?;
        }
    }
    Ok(total)
}

/// What the items take beside what is in them.
fn room(count: u32, most: usize, depth: u32) -> Result<usize, usize> {
    if depth >= MAX_DEPTH && count > 0 {
        return Err(most.saturating_add(1));
    }
    within((count as usize).saturating_mul(OVERHEAD), most)
}

fn within(bytes: usize, most: usize) -> Result<usize, usize> {
    if bytes <= most { Ok(bytes) } else { Err(bytes) }
}
