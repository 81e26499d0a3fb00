// deno_core's lazily loaded scripts: the engine's own ones as they were built, and Node's classes for those of deno_web.
import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import { runInThisContext } from 'node:vm';

import * as zod from 'zod';

// The bundles of tests are in dist/test.
const SCRIPTS = new URL('../js/lazy/', import.meta.url);

const NODES: Record<string, unknown> = {
    'ext:deno_web/00_url.js': { URL, URLSearchParams },
    'ext:deno_web/02_timers.js': { setTimeout },
    'ext:deno_web/06_streams.js': { ReadableStream },
    'ext:deno_web/08_text_encoding.js': { TextDecoder, TextEncoder },
    'ext:onevent/buffer.js': { Buffer },
    'ext:onevent/zod.js': zod,
};

const loaded: Record<string, unknown> = { ...NODES };

function loadExtScript(specifier: string): unknown {
    loaded[specifier] ??= evaluateScript(specifier);
    return loaded[specifier];
}

/** What a script makes, evaluated anew. */
export function evaluateScript(specifier: string): unknown {
    const source = readFileSync(new URL(specifier.replace('ext:onevent/', ''), SCRIPTS), 'utf8');
    const make = runInThisContext(`(function (__bootstrap) {${source}})`) as (bootstrap: unknown) => unknown;
    return make({ core, primordials: { ArrayBufferIsView: ArrayBuffer.isView, TypeError, Uint8Array } });
}

export const core = { loadExtScript, isAnyArrayBuffer: types.isAnyArrayBuffer, ops: {} };
