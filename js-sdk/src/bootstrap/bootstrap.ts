// Evaluated once, while the snapshot is baked. Installs what a function finds on `globalThis`, takes away what it
// must not find, and leaves one hidden function behind with which the engine takes the SDK's entry points.
import { core, primordials } from 'ext:core/mod.js';
import { op_onevent_log, op_onevent_warn } from 'ext:core/ops';

import './built-in-modules.ts';
import 'onevent:nango';
import { describe, execute, exposed, isPlainlyDescribed } from 'ext:onevent/sdk.js';

import { CodedTextDecoder, CodedURL, TextDecoder, TextEncoder, URL, URLSearchParams, codedDecode } from './coded-classes.ts';
import { createConsole, format } from './console.ts';
import { install } from './install.ts';
import { installLazyGlobals, LAZY } from './lazy-globals.ts';
import { untangleMicrotasks } from './microtasks.ts';
import { boundBuiltIns } from '../shims/bounded-built-ins.ts';

const { ObjectDefineProperty, ReflectConstruct, ReflectDeleteProperty, RangeError, Proxy, ArrayBuffer } = primordials;

type Exports = Record<string, unknown>;

const { DOMException } = core.loadExtScript('ext:deno_web/01_dom_exception.js') as {
    DOMException: new (message: string, name: string) => Error;
};
const event = core.loadExtScript('ext:deno_web/02_event.js') as Exports;
const { structuredClone } = core.loadExtScript('ext:deno_web/02_structured_clone.js') as Exports;
const timers = core.loadExtScript('ext:deno_web/02_timers.js') as Exports & {
    setTimeout(callback: unknown, after: number, ...values: unknown[]): number;
};
const abort = core.loadExtScript('ext:deno_web/03_abort_signal.js') as Exports;
const { atob, btoa } = core.loadExtScript('ext:deno_web/05_base64.js') as Exports;

const { setTimeout } = timers;
const globals: Exports = {
    AbortController: abort['AbortController'],
    AbortSignal: abort['AbortSignal'],
    CustomEvent: event['CustomEvent'],
    DOMException,
    Event: event['Event'],
    EventTarget: event['EventTarget'],
    TextDecoder: CodedTextDecoder,
    TextEncoder,
    URL: CodedURL,
    URLSearchParams,
    atob,
    btoa,
    clearImmediate: timers['clearTimeout'],
    clearInterval: timers['clearInterval'],
    clearTimeout: timers['clearTimeout'],
    // As in a worker. Packages that look for the global object would make it from a string otherwise.
    self: globalThis,
    console: createConsole(),
    setImmediate: (callback: unknown, ...values: unknown[]) => setTimeout(callback, 0, ...values),
    setInterval: timers['setInterval'],
    setTimeout: timers.setTimeout,
    structuredClone,
};
for (const name in globals) install(name, globals[name]);
install('constructor', CodedURL, URL.prototype);
install('constructor', CodedTextDecoder, TextDecoder.prototype);
ObjectDefineProperty(TextDecoder.prototype, 'decode', { value: codedDecode, writable: true, enumerable: true, configurable: true });

// deno_web's ops name these errors; nobody has told deno_core how to make them.
for (const name of ['InvalidCharacterError', 'InvalidStateError', 'SyntaxError', 'IndexSizeError', 'OperationError']) {
    core.registerErrorBuilder(`DOMException${name}`, (message) => new DOMException(message, name));
}

installLazyGlobals();
ReflectDeleteProperty(globalThis, '__onevent_modules');

// The memory of WebAssembly, of shared buffers and of resizable buffers does not pass through the allocator that
// holds the budget of a run, so a function gets none of them.
const TAKEN_AWAY = ['WebAssembly', 'SharedArrayBuffer'];
const fixed: ProxyHandler<ArrayBufferConstructor> & { __proto__: null } = {
    __proto__: null,
    construct(target, args: [unknown?, { maxByteLength?: unknown }?], newTarget) {
        if (args[1]?.maxByteLength !== undefined) {
            throw new RangeError('resizable ArrayBuffers are not available: leave out maxByteLength');
        }
        return ReflectConstruct(target, args.length === 0 ? [] : [args[0]], newTarget) as object;
    },
};
const fixedArrayBuffer = new Proxy(ArrayBuffer, fixed);
globalThis.ArrayBuffer = fixedArrayBuffer;
install('constructor', fixedArrayBuffer, ArrayBuffer.prototype);

boundBuiltIns(globalThis as never);

core.setUnhandledPromiseRejectionHandler((_promise, reason) => {
    const text = format([reason]);
    op_onevent_log('error', `Unhandled promise rejection: ${text}`, null);
    op_onevent_warn('unhandled_rejection', `a promise was rejected and nobody handled it: ${text}`, []);
    return true;
});
core.setReportExceptionCallback((thrown) => {
    const text = format([thrown]);
    op_onevent_log('error', `Uncaught exception in a callback: ${text}`, null);
    op_onevent_warn('unhandled_rejection', `a callback threw and nobody caught it: ${text}`, []);
});

/** For a shared isolate: freezes what its runs share. Gives what the engine needs for each of them. */
function share(nango: unknown, zod: unknown): object {
    const realm = core.loadExtScript('ext:onevent/shared_realm.js') as { share(tools: object, nango: unknown, zod: unknown): object };
    return realm.share({ globals, lazy: LAZY, createConsole, format, exposed }, nango, zod);
}

// Called by the engine before any code of the function, with `this` never seen by it.
const start: PropertyDescriptor & { __proto__: null } = {
    __proto__: null,
    value: () => {
        // Not earlier: V8 puts WebAssembly back when it restores a context, and deno_core needs its own until now.
        for (const name of [...TAKEN_AWAY, 'Deno', '__bootstrap', '__onevent_start']) {
            ReflectDeleteProperty(globalThis, name);
        }
        untangleMicrotasks();
        return [describe, execute, share, isPlainlyDescribed];
    },
    configurable: true,
    enumerable: false,
    writable: false,
};
ObjectDefineProperty(globalThis, '__onevent_start', start);
