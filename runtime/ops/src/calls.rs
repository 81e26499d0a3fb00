//! The calls of one run that wait for their answers: they belong to the run, and end with it.
//!
//! They are not deno_core's: its op driver belongs to the isolate, and has no way to give up the calls of one run while
//! others go on.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use deno_core::{serde_v8, v8};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::place::ScriptPlace;

pub(crate) type Call = Pin<Box<dyn Future<Output = Answer>>>;

/// A value on its way into V8.
type Value =
    dyn for<'s> FnOnce(&mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, serde_v8::Error>;

/// The open calls of one run.
#[derive(Default)]
pub(crate) struct Calls {
    open: RefCell<FuturesUnordered<Call>>,
    /// Woken when a call begins: nobody has polled it yet.
    waker: RefCell<Option<Waker>>,
    begun: Cell<bool>,
    ended: Cell<bool>,
    /// Where those were made that wait for their answers, the oldest first.
    places: RefCell<BTreeMap<u64, ScriptPlace>>,
    next: Cell<u64>,
}

impl Calls {
    pub(crate) fn begin(&self, call: Call) {
        if self.ended.get() {
            return;
        }
        self.begun.set(true);
        self.open.borrow_mut().push(call);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    /// Notes where a call was made; it is forgotten with what this gives.
    pub(crate) fn made_at(self: &Rc<Self>, place: Option<ScriptPlace>) -> MadeAt {
        let number = self.next.replace(self.next.get() + 1);
        if let Some(place) = place {
            self.places.borrow_mut().insert(number, place);
        }
        MadeAt { calls: Rc::clone(self), number }
    }

    /// Where the call was made that has waited for the longest.
    pub(crate) fn waits_at(&self) -> Option<ScriptPlace> {
        self.places.borrow().first_key_value().map(|(_, place)| place.clone())
    }

    /// The next answer; `None` where no call is open.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Answer>> {
        self.waker.replace(Some(cx.waker().clone()));
        self.open.borrow_mut().poll_next_unpin(cx)
    }

    /// Whether any call ever began.
    pub(crate) fn have_begun(&self) -> bool {
        self.begun.get()
    }

    /// Gives up all calls; none begins any more.
    pub(crate) fn end(&self) {
        self.ended.set(true);
        // Outside of the borrow: what a call holds may end others.
        let open = std::mem::take(&mut *self.open.borrow_mut());
        drop(open);
    }
}

/// A call that waits for its answer.
pub(crate) struct MadeAt {
    calls: Rc<Calls>,
    number: u64,
}

impl Drop for MadeAt {
    fn drop(&mut self) {
        self.calls.places.borrow_mut().remove(&self.number);
    }
}

/// The answer of a call.
pub struct Answer {
    resolver: v8::Global<v8::PromiseResolver>,
    value: Box<Value>,
}

impl Answer {
    /// With a value that is made in V8 when it is given.
    pub(crate) fn new<T: serde::Serialize + 'static>(
        resolver: v8::Global<v8::PromiseResolver>,
        value: T,
    ) -> Self {
        Self { resolver, value: Box::new(move |scope| serde_v8::to_v8(scope, value)) }
    }

    /// Settles the call's promise. What waits for it runs at the next microtask checkpoint.
    pub fn give(self, scope: &mut v8::PinScope<'_, '_>) {
        let resolver = v8::Local::new(scope, &self.resolver);
        match (self.value)(scope) {
            Ok(value) => {
                resolver.resolve(scope, value);
            }
            Err(error) => {
                let message = v8::String::new(scope, &format!("the answer cannot be read: {error}"));
                let message = message.unwrap_or_else(|| v8::String::empty(scope));
                let error = v8::Exception::type_error(scope, message);
                resolver.reject(scope, error);
            }
        }
    }
}
