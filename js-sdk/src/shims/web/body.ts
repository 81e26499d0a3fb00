// What `Request` and `Response` share: a body in memory, or a stream of one.
import { URLSearchParams } from 'ext:deno_web/00_url.js';
import { TextDecoder, TextEncoder } from 'ext:deno_web/08_text_encoding.js';

import { type Bytes, viewOf } from '../crypto/digests.ts';
import { load } from '../load.ts';
import type { Blob } from './blob.ts';
import type { Chunks } from './bodies.ts';
import type { FormData } from './form-data.ts';
import type { Headers } from './headers.ts';

/** Answers with these have no body. */
export const NO_BODY = new Set([101, 103, 204, 205, 304]);

/** A body: its bytes or its stream, and the content type that it implies. */
export interface Content {
    bytes: Bytes | null;
    stream: ReadableStream<unknown> | null;
    type: string | null;
}

interface Streams {
    ReadableStream: typeof globalThis.ReadableStream & { from(chunks: AsyncIterable<unknown>): ReadableStream<unknown> };
    isReadableStreamDisturbed(stream: ReadableStream<unknown>): boolean;
}

const blobs = () => load<typeof import('./blob.ts')>('ext:onevent/blob.js');
const bodies = () => load<typeof import('./bodies.ts')>('ext:onevent/bodies.js');
const streams = () => load<Streams>('ext:deno_web/06_streams.js');
const unusable = () => new TypeError('Body is unusable: Body has already been read');

/** The body that `value` is. */
export function extract(value: unknown): Content {
    if (value === undefined || value === null) return { bytes: null, stream: null, type: null };
    const known = (bytes: Uint8Array, type: string | null): Content => ({ bytes: bytes as Bytes, stream: null, type });
    if (value instanceof URLSearchParams) {
        return known(new TextEncoder().encode(`${value}`), 'application/x-www-form-urlencoded;charset=UTF-8');
    }
    const view = viewOf(value);
    if (view !== undefined) return known(view.slice(), null);
    if (typeof value === 'object') {
        const whole = bodies().whole(value);
        if (whole !== null) return known(whole.bytes, whole.type);
        if (bodies().isStream(value)) return { bytes: null, stream: streamOf(value), type: null };
    }
    return known(new TextEncoder().encode(`${value as string}`), 'text/plain;charset=UTF-8');
}

function streamOf(value: Chunks): ReadableStream<unknown> {
    if (!bodies().isReadableStream(value)) return streams().ReadableStream.from(value);
    if (streams().isReadableStreamDisturbed(value) || value.locked) {
        throw new TypeError('Response body object should not be disturbed or locked');
    }
    return value;
}

/** A content type as the standard writes it: `text/html;charset=utf-8`. Empty where it is none. */
function mimeType(text: string | null): string {
    const [essence = '', ...parameters] = (text ?? '').split(';').map((part) => part.trim());
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+\/[!#$%&'*+\-.^_`|~0-9a-z]+$/i.test(essence)) return '';
    return [essence.toLowerCase(), ...parameters.filter((part) => part.includes('='))].join(';');
}

export abstract class Body {
    readonly #bytes: Bytes | null;
    #stream: ReadableStream<unknown> | null;
    #used = false;
    constructor({ bytes, stream }: Pick<Content, 'bytes' | 'stream'>) {
        this.#bytes = bytes;
        this.#stream = stream;
    }
    abstract get headers(): Headers;
    /** Nothing may have been read of it. */
    static check(owner: Body): void {
        if (owner.bodyUsed || owner.#stream?.locked) throw unusable();
    }
    /** The body of a copy. A stream is split in two, and each has one half. */
    static copied(owner: Body): Pick<Content, 'bytes' | 'stream'> {
        Body.check(owner);
        if (owner.#stream === null) return { bytes: owner.#bytes, stream: null };
        const [own, other] = owner.#stream.tee();
        owner.#stream = own;
        return { bytes: null, stream: other };
    }
    /** The body, for another owner or the transport. */
    static taken(owner: Body): Pick<Content, 'bytes' | 'stream'> {
        Body.check(owner);
        if (owner.#stream !== null) owner.#used = true;
        return { bytes: owner.#bytes, stream: owner.#stream };
    }
    async #take(): Promise<Bytes> {
        Body.check(this);
        if (this.#bytes === null && this.#stream === null) return new Uint8Array(0);
        this.#used = true;
        return this.#stream === null ? (this.#bytes as Bytes) : bodies().collect(this.#stream);
    }
    get bodyUsed(): boolean {
        return this.#used || (this.#stream !== null && streams().isReadableStreamDisturbed(this.#stream));
    }
    get body(): ReadableStream<unknown> | null {
        if (this.#bytes === null) return this.#stream;
        // From here on, what is read of the stream is read of the body.
        this.#stream ??= blobs().streamOf(this.#bytes);
        return this.#stream;
    }
    async text(): Promise<string> {
        return new TextDecoder().decode(await this.#take());
    }
    async json(): Promise<unknown> {
        return JSON.parse(new TextDecoder().decode(await this.#take())) as unknown;
    }
    async arrayBuffer(): Promise<ArrayBuffer> {
        return (await this.#take()).slice().buffer;
    }
    async bytes(): Promise<Uint8Array> {
        return (await this.#take()).slice();
    }
    async blob(): Promise<Blob> {
        return blobs().wrap((await this.#take()).slice(), mimeType(this.headers.get('content-type')));
    }
    async formData(): Promise<FormData> {
        const { fromBody } = load<typeof import('./form-data.ts')>('ext:onevent/form_data.js');
        return fromBody((await this.#take()).slice(), this.headers.get('content-type') ?? '');
    }
}
