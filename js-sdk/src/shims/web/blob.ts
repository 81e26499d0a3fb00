// `Blob` and `File`. Evaluated at first use.
//
// Not deno_web's: its blobs keep their bytes in Rust, where the memory of a run does not count. These are views of
// memory that JavaScript allocates, and a slice is a view of the same.
import { TextDecoder, TextEncoder } from 'ext:deno_web/08_text_encoding.js';

import { type Bytes, coded, invalidType, join, viewOf } from '../crypto/digests.ts';
import { load } from '../load.ts';

/** What one read of a stream gives at most. */
const CHUNK_BYTES = 64 * 1024;
const EMPTY = new Uint8Array(0);
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** The bytes of a blob, not copied. */
let bytesOf: (blob: Blob) => Bytes;
let isBlob: (value: unknown) => value is Blob;
/** A blob of bytes that nobody else will change. */
let wrap: (bytes: Bytes, type: string) => Blob;

interface BlobOptions {
    type?: unknown;
    endings?: unknown;
}

function typeOf(type: unknown): string {
    const text = `${type as string}`;
    return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : '';
}

function partBytes(part: unknown, endings: string): Bytes {
    if (isBlob(part)) return bytesOf(part);
    const view = viewOf(part);
    if (view !== undefined) return view.slice();
    const text = `${part as string}`;
    return new TextEncoder().encode(endings === 'native' ? text.replace(/\r\n?/g, '\n') : text) as Bytes;
}

/** Where a slice begins or ends. */
function place(value: unknown, length: number, standard: number): number {
    const number = value === undefined ? standard : Math.trunc(Number(value)) || 0;
    return number < 0 ? Math.max(length + number, 0) : Math.min(number, length);
}

class Blob {
    #bytes: Bytes;
    readonly #type: string;
    constructor(parts: unknown = [], options: BlobOptions | null = {}) {
        if (parts === null || typeof parts !== 'object' || typeof (parts as Partial<Iterable<unknown>>)[Symbol.iterator] !== 'function') {
            throw invalidType('sources', 'a sequence', parts);
        }
        if (typeof (options ?? {}) !== 'object' && typeof options !== 'function') throw invalidType('options', 'of type object', options);
        const { endings = 'transparent', type = '' } = options ?? {};
        const how = `${endings as string}`;
        if (how !== 'transparent' && how !== 'native') {
            throw coded(new TypeError(`The property 'options.endings' is invalid. Received '${how}'`), 'ERR_INVALID_ARG_VALUE');
        }
        const list: Bytes[] = [];
        for (const part of parts as Iterable<unknown>) list.push(partBytes(part, how));
        this.#bytes = join([...list, EMPTY]);
        this.#type = typeOf(type);
    }
    static {
        isBlob = (value): value is Blob => typeof value === 'object' && value !== null && #bytes in value;
        bytesOf = (blob) => blob.#bytes;
        wrap = (bytes, type) => {
            const blob = new Blob([], { type });
            blob.#bytes = bytes;
            return blob;
        };
    }
    get size(): number {
        return this.#bytes.length;
    }
    get type(): string {
        return this.#type;
    }
    slice(start?: unknown, end?: unknown, type: unknown = ''): Blob {
        const length = this.#bytes.length;
        const from = place(start, length, 0);
        return wrap(this.#bytes.subarray(from, Math.max(from, place(end, length, length))), type as string);
    }
    async text(): Promise<string> {
        return new TextDecoder().decode(this.#bytes);
    }
    async arrayBuffer(): Promise<ArrayBuffer> {
        return this.#bytes.slice().buffer;
    }
    async bytes(): Promise<Uint8Array> {
        return this.#bytes.slice();
    }
    stream(): ReadableStream<Uint8Array> {
        return streamOf(this.#bytes);
    }
    [INSPECT](_depth: number, options: unknown, inspect: (value: unknown, options: unknown) => string): string {
        return `${this.constructor.name} ${inspect(shownFacts(this), options)}`;
    }
}

function shownFacts(blob: Blob): object {
    const { size, type } = blob;
    return blob instanceof File ? { size, type, name: blob.name, lastModified: blob.lastModified } : { size, type };
}

/** A stream of copies of bytes, chunk by chunk. */
function streamOf(bytes: Bytes): ReadableStream<Uint8Array> {
    const { ReadableStream } = load<{ ReadableStream: typeof globalThis.ReadableStream }>('ext:deno_web/06_streams.js');
    let at = 0;
    return new ReadableStream({
        type: 'bytes',
        pull(controller: ReadableByteStreamController) {
            if (at < bytes.length) controller.enqueue(bytes.slice(at, at + CHUNK_BYTES));
            at += CHUNK_BYTES;
            if (at < bytes.length) return;
            controller.close();
            (controller.byobRequest as ReadableStreamBYOBRequest | null)?.respond(0);
        },
    });
}

class File extends Blob {
    readonly #name: string;
    readonly #lastModified: number;
    constructor(parts?: unknown, name?: unknown, options: (BlobOptions & { lastModified?: unknown }) | null = {}) {
        if (arguments.length < 2) {
            throw coded(new TypeError('The "fileBits" and "fileName" arguments must be specified'), 'ERR_MISSING_ARGS');
        }
        super(parts, options);
        this.#name = `${name as string}`.toWellFormed();
        const modified = options?.lastModified;
        this.#lastModified = modified === undefined ? Date.now() : Number(modified) || 0;
    }
    get name(): string {
        return this.#name;
    }
    get lastModified(): number {
        return this.#lastModified;
    }
    get webkitRelativePath(): string {
        return '';
    }
}

for (const owner of [Blob, File]) {
    Object.defineProperty(owner.prototype, Symbol.toStringTag, { value: owner.name, configurable: true });
    const names = Object.getOwnPropertyNames(owner.prototype).filter((name) => name !== 'constructor');
    for (const name of names) Object.defineProperty(owner.prototype, name, { enumerable: true });
}

export { Blob, File, bytesOf, isBlob, streamOf, wrap };
