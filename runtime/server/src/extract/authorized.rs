//! A caller whose key may do what the route does.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use onevent_contract::ApiScope;

use crate::error::ApiError;
use crate::middleware::Caller;
use crate::state::ServerState;

/// What a route needs of its caller's key.
pub(crate) trait Needs {
    /// One of these is enough.
    const SCOPES: &'static [ApiScope];
}

/// A caller whose key may do what the route does. It stands before everything else that a route reads.
pub(crate) struct Authorized<N>(Caller, PhantomData<N>);

impl<N> Deref for Authorized<N> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<N: Needs> FromRequestParts<ServerState> for Authorized<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &ServerState) -> Result<Self, ApiError> {
        // A route outside of the authentication would be a mistake in here, and must not be an open door.
        let caller = parts.extensions.get::<Caller>().cloned();
        let caller =
            caller.ok_or_else(|| ApiError::internal(&"a route needs a key, and nobody asked for it"))?;
        if N::SCOPES.iter().any(|scope| caller.may(*scope)) {
            return Ok(Self(caller, PhantomData));
        }
        Err(ApiError::forbidden(N::SCOPES))
    }
}

/// Types that name what a route needs.
macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident => $($scope:ident)|+;)+) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;
            impl $crate::extract::Needs for $name {
                const SCOPES: &'static [onevent_contract::ApiScope] = &[$(onevent_contract::ApiScope::$scope),+];
            }
        )+
    };
}
pub(crate) use needs;
