// What the parts of node:crypto share: bytes of whatever a caller passes, results in the wanted encoding, callbacks.
// Evaluated at the first import of the module.
import { setTimeout } from 'ext:deno_web/02_timers.js';

import { type Bytes, type Coded, coded, invalidType, viewOf } from '../crypto/digests.ts';
import bufferModule from './buffer.ts';

export const { Buffer } = bufferModule;
export type Buffer = InstanceType<typeof globalThis.Buffer>;

export const toBuffer = (bytes: Bytes): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
/** A Buffer, or text where an encoding is named. */
export const encoded = (bytes: Bytes, encoding: unknown): Buffer | string =>
    encoding === undefined || encoding === null || encoding === 'buffer' ? toBuffer(bytes) : toBuffer(bytes).toString(encoding as BufferEncoding);

export const outOfRange = (name: string, range: string, value: unknown): Coded =>
    coded(new RangeError(`The value of "${name}" is out of range. It must be ${range}. Received ${value as string}`), 'ERR_OUT_OF_RANGE');
export const invalidValue = (name: string, value: unknown): Coded => {
    const shown = typeof value === 'string' ? `'${value}'` : String(value);
    return coded(new TypeError(`The property '${name}' is invalid. Received ${shown}`), 'ERR_INVALID_ARG_VALUE');
};
/** `invalidType` of a property. */
export const invalidProperty = (name: string, expected: string, value: unknown): Coded =>
    coded(new TypeError(invalidType(name, expected, value).message.replace('argument', 'property')), 'ERR_INVALID_ARG_TYPE');
export const invalidDigest = (name?: unknown): Coded =>
    coded(new TypeError(name === undefined ? 'Invalid digest' : `Invalid digest: ${name as string}`), 'ERR_CRYPTO_INVALID_DIGEST');

export const copyOf = (bytes: Bytes): Bytes => bytes.slice();

/** The encoding that a text is in. What Node does not know is UTF-8. */
export function encodingOf(encoding: unknown): BufferEncoding {
    const name = `${(encoding ?? 'utf8') as string}`;
    return Buffer.isEncoding(name) ? name : 'utf8';
}

export function dataBytes(data: unknown, encoding?: unknown, name = 'data'): Bytes {
    if (typeof data === 'string') {
        if (name === 'data' && encoding === 'hex' && data.length % 2 === 1) {
            const text = `The argument 'encoding' is invalid for data of length ${data.length}. Received 'hex'`;
            throw coded(new TypeError(text), 'ERR_INVALID_ARG_VALUE');
        }
        return Buffer.from(data, encodingOf(encoding));
    }
    if (!ArrayBuffer.isView(data)) {
        throw invalidType(name, 'of type string or an instance of Buffer, TypedArray, or DataView', data);
    }
    return copyOf(viewOf(data) as Bytes);
}

const MAX_INT = 2147483647;

export function checkSize(name: string, value: unknown, most = MAX_INT): number {
    if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
    if (!(value >= 0 && value <= most)) throw outOfRange(name, `>= 0 && <= ${most}`, value);
    return Math.trunc(value);
}

export function checkInteger(name: string, value: unknown, least: number, most = MAX_INT): asserts value is number {
    if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
    if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
    if (!(value >= least && value <= most)) throw outOfRange(name, `>= ${least} && <= ${most}`, value);
}

export type Callback<T> = (error: unknown, value?: T) => void;

/** Calls back later, as every asynchronous function of Node does. */
export function later<T>(callback: Callback<T>, compute: () => T): void {
    setTimeout(() => {
        let value;
        try {
            value = compute();
        } catch (error) {
            callback(error);
            return;
        }
        callback(null, value);
    }, 0);
}

/** A class of Node's that can also be called without `new`. */
export function callable<Class extends new (...args: never[]) => object>(original: Class): Class {
    const handler: ProxyHandler<Class> & { __proto__: null } = {
        __proto__: null,
        apply: (target, _self, args) => Reflect.construct(target, args) as object,
    };
    const both = new Proxy(original, handler);
    Object.defineProperty(original.prototype, 'constructor', { value: both, writable: true, configurable: true });
    return both;
}
