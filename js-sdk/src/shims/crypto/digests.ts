// What node:crypto and crypto.subtle share: names of digests, bytes of whatever a caller passes, Node's errors.
// Evaluated at the first use of either.
import { core, primordials } from 'ext:core/mod.js';
import { op_onevent_digest, op_onevent_hmac } from 'ext:core/ops';

const { ArrayBufferIsView, TypeError, Uint8Array } = primordials;
const { isAnyArrayBuffer } = core;

/** Bytes in memory of JavaScript's own. */
export type Bytes = Uint8Array<ArrayBuffer>;

export const DIGESTS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-224', 'sha512-256'];
/** OpenSSL's other names, in lower case. */
const ALIASES = Object.create(null) as Record<string, string>;
for (const name of DIGESTS) {
    ALIASES[name] = name;
    ALIASES[`rsa-${name}`.replace('-224', '/224').replace('-256', '/256')] = name;
    ALIASES[`${name}withrsaencryption`] = name;
}
Object.assign(ALIASES, { 'sha-1': 'sha1', 'sha-224': 'sha224', 'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512', 'rsa-sha1-2': 'sha1' });

export const digestName = (name: unknown): string | undefined => ALIASES[`${name as string}`.toLowerCase()];

export const digest = (name: string, bytes: Uint8Array): Bytes => op_onevent_digest(name, bytes);
export const hmac = (name: string, key: Uint8Array, bytes: Uint8Array): Bytes => op_onevent_hmac(name, key, bytes);

export type Coded<Kind extends Error = Error> = Kind & { code: string };

/** Node's errors have codes. */
export function coded<Kind extends Error>(error: Kind, code: string): Coded<Kind> {
    (error as Coded<Kind>).code = code;
    return error as Coded<Kind>;
}

/** `Received ...`, as Node ends its messages about types. */
export function received(value: unknown): string {
    if (value === undefined || value === null) return `Received ${value}`;
    if (typeof value === 'function') return `Received function ${value.name}`;
    if (typeof value === 'object') {
        const name = (value.constructor as { name?: string } | undefined)?.name;
        return name ? `Received an instance of ${name}` : 'Received an object';
    }
    const short = typeof value === 'string' && value.length > 28 ? `${value.slice(0, 25)}...` : value;
    const shown = typeof value === 'string' ? `'${short as string}'` : `${String(value)}${typeof value === 'bigint' ? 'n' : ''}`;
    return `Received type ${typeof value} (${shown})`;
}

export const invalidType = (name: string, expected: string, value: unknown): Coded<TypeError> =>
    coded(new TypeError(`The "${name}" argument must be ${expected}. ${received(value)}`), 'ERR_INVALID_ARG_TYPE');

/** The bytes that a view or an ArrayBuffer shows, without a copy; undefined of anything else. */
export function viewOf(value: unknown): Bytes | undefined {
    if (ArrayBufferIsView(value)) return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
    return isAnyArrayBuffer(value) ? new Uint8Array(value) : undefined;
}

/** All bytes in one piece: an op takes them at once. */
export function join(chunks: Bytes[]): Bytes {
    const [first] = chunks;
    if (chunks.length === 1 && first !== undefined) return first;
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    const whole = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
        whole.set(chunk, at);
        at += chunk.length;
    }
    return whole;
}
