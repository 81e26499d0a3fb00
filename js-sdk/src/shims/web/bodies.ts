// Bodies that are more than text and bytes: blobs, forms and streams, as bytes and the content type that they imply.
// Evaluated at the first request with one.
import { TextEncoder } from 'ext:deno_web/08_text_encoding.js';

import { type Bytes, join, viewOf } from '../crypto/digests.ts';
import * as blob from './blob.ts';
import * as forms from './form-data.ts';

/** The bytes of a body, and the content type that they imply. */
export interface Collected {
    bytes: Bytes;
    type: string | null;
}

/** Bytes and type of a blob or a form; null of anything else. */
export function whole(value: unknown): Collected | null {
    if (blob.isBlob(value)) return { bytes: blob.bytesOf(value), type: value.type || null };
    return forms.isFormData(value) ? forms.toMultipart(forms.entriesOf(value)) : null;
}

/** A stream of the web's, or anything else that gives chunks. */
export type Chunks = ReadableStream<unknown> | AsyncIterable<unknown>;

export const isReadableStream = (value: Chunks): value is ReadableStream<unknown> => typeof (value as ReadableStream).getReader === 'function';

export const isStream = (value: unknown): value is Chunks =>
    typeof value === 'object' &&
    value !== null &&
    (isReadableStream(value as Chunks) || typeof (value as AsyncIterable<unknown>)[Symbol.asyncIterator] === 'function');

function chunkBytes(chunk: unknown, textToo: boolean): Bytes {
    const view = viewOf(chunk);
    if (view !== undefined) return view.slice();
    if (textToo && typeof chunk === 'string') return new TextEncoder().encode(chunk) as Bytes;
    throw new TypeError('Received non-Uint8Array chunk');
}

/** All that a stream gives. Text is taken of Node's streams only, as it is there. */
export async function collect(stream: Chunks): Promise<Bytes> {
    const chunks: Bytes[] = [new Uint8Array(0)];
    if (!isReadableStream(stream)) {
        for await (const chunk of stream) chunks.push(chunkBytes(chunk, true));
        return join(chunks);
    }
    const reader = stream.getReader();
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return join(chunks);
        try {
            chunks.push(chunkBytes(value, false));
        } catch (error) {
            await reader.cancel(error);
            throw error;
        }
    }
}

/** The `data` of a proxy call: a blob, a form or a stream. */
export async function dataBody(value: unknown): Promise<Collected> {
    const made = whole(value);
    if (made !== null) return { bytes: made.bytes, type: made.type ?? 'application/octet-stream' };
    return { bytes: await collect(value as Chunks), type: null };
}

/** The keys of an object as the fields of a form, where some hold files. */
export function fieldsBody(pairs: [string, unknown][]): Collected {
    const entries = pairs.map(([name, value]): [string, unknown] => {
        const view = blob.isBlob(value) ? undefined : viewOf(value);
        return [name, view === undefined ? value : blob.wrap(view.slice(), 'application/octet-stream')];
    });
    return forms.toMultipart(entries as forms.FormDataEntry[]);
}
