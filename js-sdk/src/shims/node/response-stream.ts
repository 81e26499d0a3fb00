// The `data` of an answer with responseType `stream`: Node's Readable, over bytes that are there. Evaluated at the first
// such answer.
import type { Bytes } from '../crypto/digests.ts';
import bufferModule from './buffer.ts';
import { Readable } from './streams.ts';

const { Buffer } = bufferModule;

/** What one chunk holds at most, as Node's own of a file. */
const CHUNK_BYTES = 64 * 1024;

export function readable(bytes: Bytes): InstanceType<typeof Readable> {
    let at = 0;
    return new Readable({
        highWaterMark: CHUNK_BYTES,
        read() {
            const piece = bytes.subarray(at, at + CHUNK_BYTES);
            at += piece.length;
            this.push(piece.length === 0 ? null : Buffer.from(piece.buffer, piece.byteOffset, piece.length));
        },
    });
}
