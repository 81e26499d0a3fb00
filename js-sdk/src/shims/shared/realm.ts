// The shared realm: what the runs of one isolate have in common, frozen, and what each gets of its own. Evaluated only
// where an operator chose it.
import { core, primordials } from 'ext:core/mod.js';
import { op_onevent_log, op_onevent_warn } from 'ext:core/ops';

import { boundBuiltIns } from '../bounded-built-ins.ts';
import { load } from '../load.ts';
import { timeoutByRun } from './abort.ts';
import { freezeAll } from './freeze.ts';
import { installChecks, makeChecks } from './instances.ts';
import { hidden } from './intrinsics.ts';
import { makePerformance } from './performance.ts';
import type { RunLocals } from './run.ts';
import { samples } from './samples.ts';
import * as timers from './timers.ts';
import { stateByRun } from './zod-state.ts';

type Table = Record<string, unknown>;

/** What the bootstrap hands over. */
interface Tools {
    /** Name -> value of the globals beside the language's. */
    globals: Table;
    /** Name of a global -> the script that makes it. */
    lazy: Record<string, string>;
    createConsole(): object;
    format(values: unknown[]): string;
    /** The SDK's classes that no module exports. */
    exposed: unknown;
}

const { defineProperty } = Object;
const { apply, construct } = Reflect;

/** Made for each run; or, as `WebAssembly`, for none. */
const OWN = ['console', 'performance', 'self', 'structuredClone'];
const TAKEN_AWAY = ['WebAssembly', 'SharedArrayBuffer'];
const TIMERS: Table = {
    setTimeout: timers.setTimeout,
    setInterval: timers.setInterval,
    setImmediate: timers.setImmediate,
    clearTimeout: timers.clearTimeout,
    clearInterval: timers.clearTimeout,
    clearImmediate: timers.clearTimeout,
};
/** What is otherwise evaluated at its first use: afterwards nothing of it could be frozen. */
const SCRIPTS = ['buffer', 'node_crypto', 'node_url', 'bodies', 'response_stream', 'web_crypto', 'zod', 'zod_locales'];

function hide(owner: object, name: PropertyKey, value: unknown): void {
    const descriptor: PropertyDescriptor & { __proto__: null } = { __proto__: null, value, writable: true, enumerable: false, configurable: true };
    defineProperty(owner, name, descriptor);
}

/** Resizable buffers do not pass through the allocator that holds the budget. */
const fixed: ProxyHandler<ArrayBufferConstructor> & { __proto__: null } = {
    __proto__: null,
    construct(target, args: [unknown?, { maxByteLength?: unknown }?], newTarget) {
        if (args[1]?.maxByteLength !== undefined) {
            throw new RangeError('resizable ArrayBuffers are not available: leave out maxByteLength');
        }
        return construct(target, args.length === 0 ? [] : [args[0]], newTarget) as object;
    },
};
/** What is called when something was collected would run after the run, or in another's turn. It need not be called. */
const never: ProxyHandler<FinalizationRegistryConstructor> & { __proto__: null } = {
    __proto__: null,
    construct(target, [callback]: [unknown?], newTarget) {
        if (typeof callback !== 'function') throw new TypeError('FinalizationRegistry: cleanup must be callable');
        return construct(target, [() => {}], newTarget) as object;
    },
};

export function share(tools: Tools, nango: Table, zod: Table): object {
    const { format } = tools;
    const reportThrown = (thrown: unknown): void => {
        const text = format([thrown]);
        op_onevent_log('error', `Uncaught exception in a callback: ${text}`, null);
        op_onevent_warn('unhandled_rejection', `a callback threw and nobody caught it: ${text}`, []);
    };
    const reportRejected = (reason: unknown): void => {
        const text = format([reason]);
        op_onevent_log('error', `Unhandled promise rejection: ${text}`, null);
        op_onevent_warn('unhandled_rejection', `a promise was rejected and nobody handled it: ${text}`, []);
    };
    const { PromiseResolve, PromisePrototypeThen } = primordials as unknown as {
        PromiseResolve(value: unknown): Promise<unknown>;
        PromisePrototypeThen(promise: Promise<unknown>, then: () => void): void;
    };
    const own = {
        queueMicrotask(callback: unknown): void {
            if (typeof callback !== 'function') throw new TypeError('The "callback" argument must be of type function.');
            PromisePrototypeThen(PromiseResolve(undefined), () => {
                try {
                    apply(callback, undefined, []);
                } catch (thrown) {
                    reportThrown(thrown);
                }
            });
        },
    };
    // Of the shared realm, too: its scripts look there when they need it.
    hide(globalThis, 'queueMicrotask', own.queueMicrotask);
    // Scripts that are loaded from here on find the run's timers.
    Object.assign(core.loadExtScript('ext:deno_web/02_timers.js') as object, TIMERS);
    timeoutByRun();

    const shared: Table = { ...TIMERS, queueMicrotask: own.queueMicrotask };
    for (const name in tools.lazy) if (!OWN.includes(name)) shared[name] = (globalThis as unknown as Table)[name];
    for (const name in tools.globals) if (!(name in shared) && !OWN.includes(name)) shared[name] = tools.globals[name];
    const { structuredClone } = tools.globals;
    const scripts = SCRIPTS.map((script) => core.loadExtScript(`ext:onevent/${script}.js`));
    const commonjs = load<typeof import('../node/commonjs.ts')>('ext:onevent/commonjs.js');
    const performances = load<Parameters<typeof makePerformance>[0]>('ext:onevent/performance.js');
    const initial = stateByRun(zod as never);
    const checks = makeChecks();
    installChecks(globalThis as unknown as Table, checks);

    // What is there keeps its place when it is assigned to; the engine has put `shared` and the checks there before.
    const open = (global: Table, prototypes: Record<string, object>): RunLocals => {
        for (const name of TAKEN_AWAY) delete global[name];
        boundBuiltIns(global as never);
        global['console'] = tools.createConsole();
        hide(global, 'self', global);
        const { ArrayBuffer, FinalizationRegistry } = global as unknown as typeof globalThis;
        const fixedArrayBuffer = new Proxy(ArrayBuffer, fixed);
        global['ArrayBuffer'] = ArrayBuffer.prototype.constructor = fixedArrayBuffer;
        const neverCalled = new Proxy(FinalizationRegistry, never);
        global['FinalizationRegistry'] = FinalizationRegistry.prototype.constructor = neverCalled;
        const lazy: PropertyDescriptor & { __proto__: null } = {
            __proto__: null,
            get: () => {
                const made = makePerformance(performances);
                hide(global, 'performance', made);
                return made;
            },
            set: (value: unknown) => hide(global, 'performance', value),
            enumerable: false,
            configurable: true,
        };
        defineProperty(global, 'performance', lazy);
        return { __proto__: null, prototypes, timers: new Map(), zod: Object.create(null) as Table };
    };

    const { globalThis: _, self: __, ...language } = Object.getOwnPropertyDescriptors(globalThis) as unknown as Record<string, PropertyDescriptor>;
    const intrinsics = Object.fromEntries(Object.entries(language).map(([name, { value }]) => [name, value]));
    freezeAll({
        ...intrinsics,
        ...shared,
        structuredClone,
        nango,
        zod,
        scripts,
        initial,
        exposed: tools.exposed,
        hidden: hidden(),
        samples: samples(shared, scripts, zod as never),
        console: tools.createConsole(),
        performance: [performances.Performance, performances.PerformanceMark],
    });
    const made = {
        open,
        globals: { ...shared, structuredClone },
        checks,
        fire: timers.fire,
        reportThrown,
        reportRejected,
        builtIn: (script: string) => core.loadExtScript(script),
        commonjs: (global: object) => commonjs.createCommonJs(global as typeof globalThis),
    };
    return made;
}
