// Scripts of the engine that few requests need, evaluated at their first use (src/shims).
import { core } from 'ext:core/mod.js';

/** The bytes of a body, and the content type that they imply. */
export interface Collected {
    bytes: Uint8Array;
    type: string | null;
}

interface Bodies {
    /** A blob, a form or a stream. */
    dataBody(value: unknown): Promise<Collected>;
    /** Texts, bytes and blobs as the fields of a form. */
    fieldsBody(pairs: [string, unknown][]): Collected;
}

export const bodies = (): Bodies => core.loadExtScript('ext:onevent/bodies.js') as Bodies;

/** The memory of `bytes` as Node's `Buffer`. */
export function asBuffer(bytes: Uint8Array): Uint8Array {
    const { Buffer } = core.loadExtScript('ext:onevent/buffer.js') as { Buffer: { from(memory: unknown): Uint8Array } };
    return Buffer.from(bytes.buffer);
}

/** A stream like Node's `Readable` over bytes that are there. */
export function asStream(bytes: Uint8Array): unknown {
    const { readable } = core.loadExtScript('ext:onevent/response_stream.js') as { readable(bytes: Uint8Array): unknown };
    return readable(bytes);
}
