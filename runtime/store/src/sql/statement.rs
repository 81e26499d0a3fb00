//! A statement and what is bound to it, before it is any database's own.

use std::borrow::Cow;
use std::fmt::Display;
use std::time::Duration;

/// The longest time that is added to now: a thousand years, so that the sum is a number still.
const LONGEST_MILLIS: i64 = 1000 * 366 * 24 * 60 * 60 * 1000;

/// What is bound to a place in a statement.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Bytes(Option<Vec<u8>>),
    /// So many milliseconds from now, by the clock that judges leases and due times: the database's own, where it has
    /// one. As milliseconds since 1970-01-01T00:00:00Z.
    After(i64),
}

/// What a statement that reads keeps others from, in a transaction that writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locks {
    /// From nothing.
    None,
    /// From writing the rows, and from having them, too.
    Own,
    /// From writing the rows.
    Shared,
    /// As `Own`; rows that others have are left out.
    OwnUnlessTaken,
}

/// A statement. It is written once for all databases: in syntax that they share, with `$1`, `$2`, … for what is bound.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) values: Vec<Value>,
    pub(crate) locks: Locks,
}

/// A statement that nothing is bound to yet.
pub(crate) fn query(sql: &'static str) -> Statement {
    Statement { sql: Cow::Borrowed(sql), values: Vec::new(), locks: Locks::None }
}

/// Now, by the clock that judges leases and due times.
pub(crate) fn now() -> Value {
    Value::After(0)
}

/// The moment so long from now.
pub(crate) fn after(duration: Duration) -> Value {
    Value::After(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).min(LONGEST_MILLIS))
}

impl Statement {
    /// Binds the next place.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Whoever reads the rows in a transaction that writes has them until it ends: what was read stays true until
    /// it is written. (In SQLite a transaction that writes is the only one.)
    pub(crate) fn locked(mut self) -> Self {
        self.locks = Locks::Own;
        self
    }

    /// The same, but whoever else reads them so may go on.
    pub(crate) fn shared(mut self) -> Self {
        self.locks = Locks::Shared;
        self
    }

    /// The same as [`Statement::locked`], without the rows that somebody else has: nobody is waited for.
    pub(crate) fn locked_unless_taken(mut self) -> Self {
        self.locks = Locks::OwnUnlessTaken;
        self
    }

    /// Appends to the statement. Nobody's input: that is bound.
    pub(crate) fn push(&mut self, sql: impl Display) -> &mut Self {
        let text = self.sql.to_mut();
        text.push_str(&sql.to_string());
        self
    }

    /// Appends a place, and binds it.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let place = self.values.len();
        self.push(format_args!("${place}"))
    }

    /// Appends as many places as there are values, in parentheses, and binds them. Without any, nothing is in the list.
    pub(crate) fn push_list<T: Into<Value>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        let mut opening = "(";
        for value in values {
            self.push(opening).push_bind(value);
            opening = ", ";
        }
        self.push(if opening == "(" { "(NULL)" } else { ")" })
    }
}
impl From<Option<Value>> for Value {
    fn from(value: Option<Value>) -> Self {
        value.unwrap_or(Self::Integer(None))
    }
}

macro_rules! value_of {
    ($($from:ty => $into:ident $convert:expr;)*) => {
        $(
            impl From<$from> for Value {
                fn from(value: $from) -> Self {
                    Self::$into(Some($convert(value)))
                }
            }

            impl From<Option<$from>> for Value {
                fn from(value: Option<$from>) -> Self {
                    Self::$into(value.map($convert))
                }
            }
        )*
    };
}

value_of! {
    String => Text std::convert::identity;
    &str => Text str::to_owned;
    i64 => Integer std::convert::identity;
    Vec<u8> => Bytes std::convert::identity;
}
