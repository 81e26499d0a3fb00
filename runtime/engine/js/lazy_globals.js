// Globals that few functions use: the script behind one is loaded when the global is first read.
import { core, primordials } from 'ext:core/mod.js';

const { ObjectDefineProperty } = primordials;

/** Name of the global -> the script that makes it. */
const LAZY = {
    __proto__: null,
    Buffer: 'ext:onevent/buffer.js',
    Crypto: 'ext:onevent/web_crypto.js',
    CryptoKey: 'ext:onevent/web_crypto.js',
    Headers: 'ext:onevent/headers.js',
    Performance: 'ext:onevent/performance.js',
    PerformanceEntry: 'ext:onevent/performance.js',
    PerformanceMark: 'ext:onevent/performance.js',
    PerformanceMeasure: 'ext:onevent/performance.js',
    Request: 'ext:onevent/fetch.js',
    Response: 'ext:onevent/fetch.js',
    SubtleCrypto: 'ext:onevent/web_crypto.js',
    crypto: 'ext:onevent/web_crypto.js',
    fetch: 'ext:onevent/fetch.js',
    performance: 'ext:onevent/performance.js',
};

function define(name, value) {
    ObjectDefineProperty(globalThis, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}

export function installLazyGlobals() {
    for (const name in LAZY) {
        ObjectDefineProperty(globalThis, name, {
            __proto__: null,
            get() {
                const value = core.loadExtScript(LAZY[name])[name];
                define(name, value);
                return value;
            },
            // Whoever assigns to the global gets an ordinary one.
            set(value) {
                define(name, value);
            },
            enumerable: false,
            configurable: true,
        });
    }
}
