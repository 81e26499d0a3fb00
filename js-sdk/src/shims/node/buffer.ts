// The module `buffer`: npm's package of that name, plus what Node 20 has and it lacks.
// Evaluated in an isolate at the first use of `Buffer`; the result is the module's default export.
import { Buffer, INSPECT_MAX_BYTES, SlowBuffer, kMaxLength } from 'buffer/';

import { addBase64Url } from './buffer/base64url.ts';
import { nodeCopy } from './buffer/copy.ts';
import { nodeErrors } from './buffer/errors.ts';
import { checkedNumbers } from './buffer/numbers.ts';
import { nodeSearch } from './buffer/search.ts';
import { addSlices } from './buffer/slices.ts';
import { nativeText } from './buffer/text.ts';
import { notAvailable } from './not-available.ts';

// The bundler renames the function.
Object.defineProperty(Buffer, 'name', { value: 'Buffer' });
nativeText(Buffer);
addBase64Url(Buffer);
checkedNumbers(Buffer);
nodeSearch(Buffer);
nodeCopy(Buffer);
nodeErrors(Buffer);
addSlices(Buffer);

type Bytes = ArrayBuffer | ArrayBufferView;

function bytesOf(input: Bytes): Uint8Array {
    return ArrayBuffer.isView(input)
        ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
        : new Uint8Array(input);
}

function isUtf8(input: Bytes): boolean {
    try {
        new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(input));
        return true;
    } catch {
        return false;
    }
}

function isAscii(input: Bytes): boolean {
    return bytesOf(input).every((byte) => byte < 0x80);
}

function transcode(source: Uint8Array, from: BufferEncoding, to: BufferEncoding): Buffer {
    const text = Buffer.from(source).toString(from);
    if (to !== 'ascii' && to !== 'latin1' && to !== 'binary') return Buffer.from(text, to);
    // Node writes a question mark for what the narrow encoding lacks.
    const most = to === 'ascii' ? 0x7f : 0xff;
    return Buffer.from(Array.from(text, (char) => ((char.codePointAt(0) ?? 0) > most ? 0x3f : char.charCodeAt(0))));
}

const MAX_STRING_LENGTH = 0x1fffffe8;

export default {
    Buffer,
    SlowBuffer,
    transcode,
    isUtf8,
    isAscii,
    kMaxLength,
    kStringMaxLength: MAX_STRING_LENGTH,
    btoa,
    atob,
    constants: { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH },
    INSPECT_MAX_BYTES,
    // Not loaded with `Buffer`, which many functions use.
    get Blob() {
        return globalThis.Blob;
    },
    resolveObjectURL: notAvailable('buffer', 'resolveObjectURL'),
    get File() {
        return globalThis.File;
    },
};
