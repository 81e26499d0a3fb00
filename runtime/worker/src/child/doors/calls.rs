//! seccomp: the system calls of a child.
//!
//! The list was recorded from runs of the corpus and of the hostile functions in children. What is on none of the lists ends the
//! child.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

use crate::layer::Holds;

/// What V8, tokio and the C library do while functions run.
const ALLOWED: &[libc::c_long] = &[
    // The socket, and what wakes threads.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_close,
    libc::SYS_ppoll,
    // Memory: V8 compiles, so pages become executable.
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mincore,
    libc::SYS_pkey_alloc,
    libc::SYS_pkey_free,
    libc::SYS_pkey_mprotect,
    // Threads.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_getcpu,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_restart_syscall,
    // Signals: what ends the process when V8 cannot go on, and the stacks of handlers.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // Time and chance.
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    // What a process asks about itself.
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_getppid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
];

/// What only x86-64 has.
#[cfg(target_arch = "x86_64")]
const ALLOWED_HERE: &[libc::c_long] =
    &[libc::SYS_poll, libc::SYS_time, libc::SYS_arch_prctl, libc::SYS_getrlimit];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_HERE: &[libc::c_long] = &[];

/// What libraries try at their start, and do without: the answer is that there is no such thing. Landlock would say the same.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_statfs,
    libc::SYS_fstat,
    libc::SYS_ioctl,
    libc::SYS_getcwd,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_setscheduler,
    libc::SYS_setpriority,
];

#[cfg(target_arch = "x86_64")]
const REFUSED_HERE: &[libc::c_long] =
    &[libc::SYS_open, libc::SYS_stat, libc::SYS_lstat, libc::SYS_access, libc::SYS_readlink];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_HERE: &[libc::c_long] = &[];

/// Names of threads and of memory, for whoever looks from outside.
const PRCTL_ALLOWED: [u64; 2] = [libc::PR_SET_NAME as u64, libc::PR_SET_VMA as u64];

/// What is asked about descriptors, and one more for the socket.
const FCNTL_ALLOWED: [u64; 3] = [libc::F_DUPFD_CLOEXEC as u64, libc::F_GETFD as u64, libc::F_GETFL as u64];

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// From here on, the calls of the lists alone.
pub(super) fn forbid() -> Result<Holds, String> {
    let filters = filters().map_err(|error| error.to_string())?;
    for filter in &filters {
        apply_filter(filter).map_err(|error| error.to_string())?;
    }
    Ok(Holds::Fully)
}

/// Of several filters the strictest answer counts: what the last allows, an earlier one may still refuse.
fn filters() -> Result<[BpfProgram; 3], BackendError> {
    let mut allowed: Rules = rules(&[ALLOWED, ALLOWED_HERE, REFUSED, REFUSED_HERE]);
    allowed.insert(libc::SYS_clone, vec![threads_alone()?]);
    allowed.insert(libc::SYS_clone3, Vec::new());
    allowed.insert(libc::SYS_prctl, PRCTL_ALLOWED.map(argument).into_iter().collect::<Result<_, _>>()?);
    allowed
        .insert(libc::SYS_fcntl, FCNTL_ALLOWED.map(second_argument).into_iter().collect::<Result<_, _>>()?);
    allowed.insert(libc::SYS_prlimit64, vec![reads_own_limits()?]);
    allowed.insert(libc::SYS_tgkill, vec![argument(u64::from(std::process::id()))?]);
    let refused = rules(&[REFUSED, REFUSED_HERE]);
    // What it would start is behind a pointer, which no filter sees. Without it the C library takes `clone`.
    let no_clone3 = Rules::from([(libc::SYS_clone3, Vec::new())]);
    Ok([
        program(refused, SeccompAction::Allow, SeccompAction::Errno(libc::EACCES as u32))?,
        program(no_clone3, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32))?,
        // The last: it allows no more filters.
        program(allowed, SeccompAction::KillProcess, SeccompAction::Allow)?,
    ])
}

fn rules(lists: &[&[libc::c_long]]) -> Rules {
    lists.iter().flat_map(|list| list.iter()).map(|call| (*call, Vec::new())).collect()
}

fn program(rules: Rules, other: SeccompAction, listed: SeccompAction) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(rules, other, listed, std::env::consts::ARCH.try_into()?)?.try_into()
}

fn condition(index: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(index, SeccompCmpArgLen::Qword, operator, value)
}

/// A call whose first argument is this.
fn argument(value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![condition(0, SeccompCmpOp::Eq, value)?])
}

/// A call whose second argument is this.
fn second_argument(value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![condition(1, SeccompCmpOp::Eq, value)?])
}

/// `clone` as the C library starts a thread: never a process.
fn threads_alone() -> Result<SeccompRule, BackendError> {
    let thread = (libc::CLONE_THREAD | libc::CLONE_VM | libc::CLONE_SIGHAND) as u64;
    SeccompRule::new(vec![condition(0, SeccompCmpOp::MaskedEq(thread), thread)?])
}

/// `prlimit64` of the calling process that sets nothing.
fn reads_own_limits() -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![condition(0, SeccompCmpOp::Eq, 0)?, condition(2, SeccompCmpOp::Eq, 0)?])
}
