//! What runs: honest actions, and hostile ones with how each has to end.

/// How a run has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It gives back what it was called with.
    Returns,
    /// It fails, with this type of error.
    Fails(&'static str),
}

/// An action of the project.
#[derive(Debug, Clone, Copy)]
pub(super) struct Action {
    pub(super) name: &'static str,
    /// The body of `exec(nango, input)`.
    pub(super) body: &'static str,
    pub(super) end: End,
    /// How often it comes, beside the others.
    pub(super) weight: u32,
}

const fn honest(name: &'static str, weight: u32, body: &'static str) -> Action {
    Action { name, body, end: End::Returns, weight }
}

const fn hostile(name: &'static str, weight: u32, error: &'static str, body: &'static str) -> Action {
    Action { name, body, end: End::Fails(error), weight }
}

const CPU: &str = "cpu_limit_exceeded";
const HEAP: &str = "heap_limit_exceeded";
const THROWN: &str = "script_internal_error";

pub(super) const ECHO: Action = honest("echo", 300, "return input;");

/// All of them. What ends a whole process, whatever its limits are, is not among them: `docs/limits.md` names it.
pub(super) const ACTIONS: &[Action] = &[
    ECHO,
    honest("asks", 200, "await nango.get({ endpoint: '/ok' }); return input;"),
    honest("reads", 100, "await nango.getMetadata(); await nango.log('read', { n: 1 }); return input;"),
    honest(
        "clean",
        200,
        "if (globalThis.left || {}.polluted || [].polluted || Promise.prototype.then.polluted) throw new Error('another run left something');
        return input;",
    ),
    honest("posts", 50, "await nango.post({ endpoint: '/ok', data: { text: 'x'.repeat(10000) } }); return input;"),
    honest(
        "pollutes",
        60,
        "globalThis.left = 'left'; Object.prototype.polluted = 1; Array.prototype.polluted = 1; Promise.prototype.then.polluted = 1;
        Object.freeze(Object.prototype); Math.random = () => 4; return input;",
    ),
    honest("litters", 20, "globalThis.kept = Array.from({ length: 100000 }, (_, n) => ({ n })); return input;"),
    honest("leaves-timers", 20, "for (let n = 0; n < 200; n++) setInterval(() => {}, 1); return input;"),
    honest("leaves-calls", 20, "for (let n = 0; n < 20; n++) void nango.get({ endpoint: '/ok' }).catch(() => {}); return input;"),
    honest("leaves-rejections", 10, "for (let n = 0; n < 200; n++) void Promise.reject(new Error('nobody')).catch(() => {}); return input;"),
    hostile("spins", 4, CPU, "for (;;);"),
    hostile("spins-in-promises", 4, CPU, "for (;;) await null;"),
    hostile("spins-in-finally", 3, CPU, "for (;;) { try { for (;;); } finally { continue; } }"),
    hostile("backtracks", 3, CPU, "return { text: String(/^(a+)+$/.test('a'.repeat(60) + '!')) };"),
    hostile("spins-in-a-getter", 3, CPU, "return { get text() { for (;;); } };"),
    hostile("spins-in-a-proxy", 3, CPU, "return new Proxy({}, { ownKeys() { for (;;); } });"),
    hostile("sorts-for-ever", 3, CPU, "const spin = () => { for (;;); }; [2, 1].sort(spin);"),
    hostile("fills-the-heap", 3, HEAP, "const all = []; for (;;) all.push(new Array(1000).fill(1.5));"),
    hostile("fills-a-map", 3, HEAP, "const all = new Map(); for (let n = 0; ; n++) all.set(n, { n });"),
    hostile("fills-with-buffers", 3, HEAP, "const all = []; for (;;) all.push(new ArrayBuffer(1 << 22));"),
    hostile("never-settles", 20, "never_settled", "await new Promise(() => {});"),
    hostile("settles-never-as-a-thenable", 10, "never_settled", "return { then() {} };"),
    hostile("waits-too-long", 1, "execution_timeout", "await new Promise((resolve) => setTimeout(resolve, 1e8));"),
    hostile("recurses", 20, THROWN, "const deeper = (n) => deeper(n + 1) + 1; return { text: String(deeper(0)) };"),
    hostile("throws", 40, THROWN, "throw new Error('no');"),
    hostile("throws-a-null", 10, THROWN, "throw null;"),
    hostile("throws-a-trap", 10, THROWN, "throw new Proxy(new Error('x'), { get() { throw new Error('trap'); } });"),
    hostile("throws-an-error-of-its-own", 20, "action_script_runtime_error", "throw new nango.ActionError({ reason: 'asked to' });"),
    hostile("parses-nonsense", 10, THROWN, "JSON.parse('['.repeat(200000));"),
    hostile("asks-for-what-fails", 20, "script_http_error", "await nango.get({ endpoint: '/fails' });"),
    hostile("returns-too-much", 5, "script_output_too_large", "return { text: 'x'.repeat(3 << 20) };"),
];

/// The file of an action.
pub(super) fn file(action: &Action) -> String {
    let Action { name, body, .. } = action;
    format!(
        "import {{ createAction }} from 'nango';
import {{ z }} from 'zod';
export default createAction({{
    description: '{name}',
    input: z.object({{ text: z.string() }}),
    output: z.object({{ text: z.string() }}),
    exec: async (nango: any, input: any): Promise<any> => {{
        {body}
    }},
}});
"
    )
}
