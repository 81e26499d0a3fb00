// `multipart/form-data` (RFC 7578), written and read.
import { TextDecoder, TextEncoder } from 'ext:deno_web/08_text_encoding.js';

import { type Bytes, join } from '../crypto/digests.ts';
import { type Blob, bytesOf } from './blob.ts';

/** A form with more fields is no form that anyone would send. */
export const MAX_FIELDS = 10000;

/** Where `needle` is in `bytes`, from `from`; -1 where it is not. */
function indexOf(bytes: Bytes, needle: Bytes, from: number): number {
    const first = needle[0] ?? 0;
    for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
        let matched = 1;
        while (matched < needle.length && bytes[at + matched] === needle[matched]) matched++;
        if (matched === needle.length) return at;
    }
    return -1;
}

const encode = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;
const escaped = (text: string): string => text.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22');
const withCrlf = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n');

type Field = readonly [name: string, value: string | (Blob & { name?: string })];

/** The head of a field and its content. */
function part([name, value]: Field): [head: Bytes, content: Bytes] {
    const start = `Content-Disposition: form-data; name="${escaped(withCrlf(name))}"`;
    if (typeof value === 'string') return [encode(`${start}\r\n\r\n`), encode(withCrlf(value))];
    const type = value.type || 'application/octet-stream';
    const filename = value.name === undefined ? '' : `; filename="${escaped(value.name)}"`;
    return [encode(`${start}${filename}\r\nContent-Type: ${type}\r\n\r\n`), bytesOf(value)];
}

/**
 * Bytes and content type. The boundary is the first that no field contains, not a random one: the same form is the
 * same body, so that a recorded request is found again.
 */
export function toMultipart(fields: readonly Field[]): { bytes: Bytes; type: string } {
    if (fields.length > MAX_FIELDS) throw new TypeError(`the form has too many fields (limit request_fields: ${MAX_FIELDS}, used: ${fields.length})`);
    const parts = fields.map(part);
    let number = 0;
    let boundary: string;
    do {
        boundary = `----onevent-formdata-${`${number++}`.padStart(12, '0')}`;
    } while (parts.some((pieces) => pieces.some((piece) => indexOf(piece, encode(boundary), 0) !== -1)));
    const pieces: Bytes[] = [];
    for (const [head, content] of parts) pieces.push(encode(`--${boundary}\r\n`), head, content, encode('\r\n'));
    pieces.push(encode(`--${boundary}--\r\n`));
    return { bytes: join(pieces), type: `multipart/form-data; boundary=${boundary}` };
}

export const invalid = (): TypeError => new TypeError('Failed to parse body as FormData.');

/** The parameters of a header's value: `form-data; name="a"`. */
export function parameters(text: string): Record<string, string | undefined> {
    const found = Object.create(null) as Record<string, string | undefined>;
    for (const [, name = '', quoted, bare = ''] of text.matchAll(/;\s*([^\s=;]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;]*))/g)) {
        const value = quoted ?? bare;
        found[name.toLowerCase()] ??= value.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%22/g, '"').replace(/\\(["\\])/g, '$1');
    }
    return found;
}

/** A field that was read. */
export interface Part {
    name: string;
    filename: string | undefined;
    type: string;
    content: Bytes;
}

function readPart(head: string, content: Bytes): Part {
    const headers = Object.create(null) as Record<string, string | undefined>;
    for (const line of head.split('\r\n')) {
        const colon = line.indexOf(':');
        if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
    }
    const disposition = headers['content-disposition'];
    if (disposition === undefined || !/^form-data\s*(?:;|$)/i.test(disposition)) throw invalid();
    const { name, filename } = parameters(disposition);
    if (name === undefined) throw invalid();
    return { name, filename, type: headers['content-type'] ?? 'text/plain', content };
}

const CRLF = encode('\r\n');
const HEAD_END = encode('\r\n\r\n');

/** The fields of a body, one after the other. */
export function* fromMultipart(bytes: Bytes, boundary: string): Generator<Part> {
    const delimiter = encode(`\r\n--${boundary}`);
    let at = indexOf(bytes, encode(`--${boundary}`), 0);
    if (at !== 0 && (at === -1 || indexOf(bytes, delimiter, 0) !== at - 2)) throw invalid();
    at += delimiter.length - 2;
    for (;;) {
        if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d) return;
        const start = indexOf(bytes, CRLF, at);
        const headEnd = start === -1 ? -1 : indexOf(bytes, HEAD_END, start);
        const end = headEnd === -1 ? -1 : indexOf(bytes, delimiter, headEnd + 2);
        if (end === -1) throw invalid();
        const head = new TextDecoder().decode(bytes.subarray(start + 2, headEnd));
        yield readPart(head, bytes.subarray(headEnd + 4, Math.max(headEnd + 4, end)));
        at = end + delimiter.length;
    }
}
