//! Landlock: no way to anything outside, whatever a system call is asked for.

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetError, RulesetStatus, Scope,
};

use crate::layer::Holds;

/// What is asked for: files, TCP, signals and abstract sockets. Older kernels know less of it.
const ABI_ASKED: ABI = ABI::V6;

/// Handles every kind of access, and allows none.
pub(super) fn forbid() -> Result<Holds, String> {
    match restrict() {
        Ok(RulesetStatus::FullyEnforced) => Ok(Holds::Fully),
        Ok(RulesetStatus::PartiallyEnforced) => Ok(Holds::Partly("the kernel knows a part of it".to_owned())),
        Ok(RulesetStatus::NotEnforced) => Err("the kernel has no Landlock".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn restrict() -> Result<RulesetStatus, RulesetError> {
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI_ASKED))?
        .handle_access(AccessNet::from_all(ABI_ASKED))?
        .scope(Scope::from_all(ABI_ASKED))?
        .create()?
        .restrict_self()?;
    Ok(status.ruleset)
}
