// Node's streams, from the package in which Node's own maintainers publish them for everybody else. Evaluated when a hash,
// a signature, a cipher or an answer is first used as a stream.
import streams from 'readable-stream/lib/stream.js';

export type Streams = Pick<typeof streams, 'Readable' | 'Transform' | 'Writable'>;

// Node 20 takes every view as a chunk; the package asks for a Uint8Array.
Object.assign(streams, { _isUint8Array: ArrayBuffer.isView });

const { Readable, Transform, Writable } = streams;
export { Readable, Transform, Writable };
