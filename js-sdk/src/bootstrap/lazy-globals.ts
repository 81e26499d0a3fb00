// Globals that few functions use: the script behind one is loaded when the global is first read.
import { core, primordials } from 'ext:core/mod.js';

import { install } from './install.ts';

const { ObjectDefineProperty } = primordials;

/** Name of the global -> the script that makes it. */
export const LAZY: Record<string, string> = Object.assign(Object.create(null) as object, {
    Blob: 'ext:onevent/blob.js',
    Buffer: 'ext:onevent/buffer.js',
    ByteLengthQueuingStrategy: 'ext:deno_web/06_streams.js',
    CountQueuingStrategy: 'ext:deno_web/06_streams.js',
    Crypto: 'ext:onevent/web_crypto.js',
    CryptoKey: 'ext:onevent/web_crypto.js',
    File: 'ext:onevent/blob.js',
    FormData: 'ext:onevent/form_data.js',
    Headers: 'ext:onevent/headers.js',
    Performance: 'ext:onevent/performance.js',
    PerformanceEntry: 'ext:onevent/performance.js',
    PerformanceMark: 'ext:onevent/performance.js',
    PerformanceMeasure: 'ext:onevent/performance.js',
    ReadableByteStreamController: 'ext:deno_web/06_streams.js',
    ReadableStream: 'ext:deno_web/06_streams.js',
    ReadableStreamBYOBReader: 'ext:deno_web/06_streams.js',
    ReadableStreamBYOBRequest: 'ext:deno_web/06_streams.js',
    ReadableStreamDefaultController: 'ext:deno_web/06_streams.js',
    ReadableStreamDefaultReader: 'ext:deno_web/06_streams.js',
    Request: 'ext:onevent/fetch.js',
    Response: 'ext:onevent/fetch.js',
    SubtleCrypto: 'ext:onevent/web_crypto.js',
    TextDecoderStream: 'ext:deno_web/08_text_encoding.js',
    TextEncoderStream: 'ext:deno_web/08_text_encoding.js',
    TransformStream: 'ext:deno_web/06_streams.js',
    TransformStreamDefaultController: 'ext:deno_web/06_streams.js',
    WritableStream: 'ext:deno_web/06_streams.js',
    WritableStreamDefaultController: 'ext:deno_web/06_streams.js',
    WritableStreamDefaultWriter: 'ext:deno_web/06_streams.js',
    crypto: 'ext:onevent/web_crypto.js',
    fetch: 'ext:onevent/fetch.js',
    performance: 'ext:onevent/performance.js',
});

export function installLazyGlobals(): void {
    for (const name in LAZY) {
        const script = LAZY[name] as string;
        const descriptor: PropertyDescriptor & { __proto__: null } = {
            __proto__: null,
            get() {
                const value = (core.loadExtScript(script) as Record<string, unknown>)[name];
                install(name, value);
                return value;
            },
            // Whoever assigns to the global gets an ordinary one.
            set(value: unknown) {
                install(name, value);
            },
            enumerable: false,
            configurable: true,
        };
        ObjectDefineProperty(globalThis, name, descriptor);
    }
}
