// Evaluated once, while the snapshot is baked. Installs what a function finds on `globalThis`, takes away what it
// must not find, and leaves one hidden function behind with which the engine takes the SDK's entry points.
import { core, primordials } from 'ext:core/mod.js';
import { op_onevent_log, op_onevent_warn } from 'ext:core/ops';
import 'ext:onevent/built_in_modules.js';
import 'onevent:nango';
import 'onevent:zod';
import { describe, execute } from 'ext:onevent/sdk.js';
import { createConsole, format } from 'ext:onevent/console.js';
import { installLazyGlobals } from 'ext:onevent/lazy_globals.js';

const { ObjectDefineProperty, ObjectGetPrototypeOf, ReflectConstruct, ReflectDeleteProperty, RangeError, Proxy, ArrayBuffer } =
    primordials;

const url = core.loadExtScript('ext:deno_web/00_url.js');
const { DOMException } = core.loadExtScript('ext:deno_web/01_dom_exception.js');
const event = core.loadExtScript('ext:deno_web/02_event.js');
const { structuredClone } = core.loadExtScript('ext:deno_web/02_structured_clone.js');
const timers = core.loadExtScript('ext:deno_web/02_timers.js');
const abort = core.loadExtScript('ext:deno_web/03_abort_signal.js');
const { atob, btoa } = core.loadExtScript('ext:deno_web/05_base64.js');
const encoding = core.loadExtScript('ext:deno_web/08_text_encoding.js');

const { setTimeout } = timers;
const globals = {
    AbortController: abort.AbortController,
    AbortSignal: abort.AbortSignal,
    DOMException,
    Event: event.Event,
    EventTarget: event.EventTarget,
    TextDecoder: encoding.TextDecoder,
    TextEncoder: encoding.TextEncoder,
    URL: url.URL,
    URLSearchParams: url.URLSearchParams,
    atob,
    btoa,
    clearImmediate: timers.clearTimeout,
    clearInterval: timers.clearInterval,
    clearTimeout: timers.clearTimeout,
    // As in a worker. Packages that look for the global object would make it from a string otherwise.
    self: globalThis,
    console: createConsole(),
    setImmediate: (callback, ...values) => setTimeout(callback, 0, ...values),
    setInterval: timers.setInterval,
    setTimeout: timers.setTimeout,
    structuredClone,
};
function install(name, value, owner = globalThis) {
    ObjectDefineProperty(owner, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}
for (const name in globals) install(name, globals[name]);

// deno_web's ops name these errors; nobody has told deno_core how to make them.
for (const name of ['InvalidCharacterError', 'InvalidStateError', 'SyntaxError', 'IndexSizeError', 'OperationError']) {
    core.registerErrorBuilder(`DOMException${name}`, (message) => new DOMException(message, name));
}

installLazyGlobals();
ReflectDeleteProperty(globalThis, '__onevent_modules');

// Node's error codes, which functions and their libraries ask for.
const codedUrl = new Proxy(url.URL, {
    __proto__: null,
    construct(target, args, newTarget) {
        try {
            return ReflectConstruct(target, args, newTarget);
        } catch (error) {
            error.code = args.length === 0 ? 'ERR_MISSING_ARGS' : 'ERR_INVALID_URL';
            throw error;
        }
    },
});
install('URL', codedUrl);
install('constructor', codedUrl, url.URL.prototype);

// The memory of WebAssembly, of shared buffers and of resizable buffers does not pass through the allocator that
// holds the budget of a run, so a function gets none of them.
const TAKEN_AWAY = ['WebAssembly', 'SharedArrayBuffer'];
const fixedArrayBuffer = new Proxy(ArrayBuffer, {
    __proto__: null,
    construct(target, args, newTarget) {
        if (args[1]?.maxByteLength !== undefined) {
            throw new RangeError('resizable ArrayBuffers are not available: leave out maxByteLength');
        }
        return ReflectConstruct(target, args.length === 0 ? [] : [args[0]], newTarget);
    },
});
globalThis.ArrayBuffer = fixedArrayBuffer;
install('constructor', fixedArrayBuffer, ArrayBuffer.prototype);

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

/**
 * V8 puts its `queueMicrotask` back too, in front of deno_core's of the same name. Where deno_core looks for V8's behind
 * its own, it then finds itself, and its first use calls itself for ever. This shows it V8's where it looks.
 */
function untangleMicrotasks() {
    const { queueMicrotask } = primordials;
    const native = globalThis.queueMicrotask;
    const parent = ObjectGetPrototypeOf(globalThis);
    for (let properties = 0; properties < 2; properties++) ReflectDeleteProperty(globalThis, 'queueMicrotask');
    install('queueMicrotask', native, parent);
    install('queueMicrotask', queueMicrotask);
    queueMicrotask(() => {});
    ReflectDeleteProperty(parent, 'queueMicrotask');
    install('queueMicrotask', queueMicrotask);
}

// Called by the engine before any code of the function, with `this` never seen by it.
ObjectDefineProperty(globalThis, '__onevent_start', {
    __proto__: null,
    value: () => {
        // Not earlier: V8 puts WebAssembly back when it restores a context, and deno_core needs its own until now.
        for (const name of [...TAKEN_AWAY, 'Deno', '__bootstrap', '__onevent_start']) {
            ReflectDeleteProperty(globalThis, name);
        }
        untangleMicrotasks();
        return [describe, execute];
    },
    configurable: true,
    enumerable: false,
    writable: false,
});
