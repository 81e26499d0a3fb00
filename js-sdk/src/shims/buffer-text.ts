// UTF-8 by V8 instead of by loops: faster, and invalid sequences become what Node makes of them.
import { replaceMethod } from './buffer-base64url.ts';

type Method = (this: unknown, ...values: unknown[]) => unknown;

const UTF8 = new Set(['utf8', 'utf-8']);
const isUtf8 = (encoding: unknown): boolean =>
    encoding === undefined || encoding === null || encoding === '' || (typeof encoding === 'string' && UTF8.has(encoding.toLowerCase()));

export function nativeText(Buffer: typeof import('buffer/').Buffer): void {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const encoder = new TextEncoder();
    const prototype = Buffer.prototype as unknown as Record<string, Method>;
    const toString = prototype['toString'] as Method;
    replaceMethod(prototype, 'toString', function (this: Uint8Array, encoding: unknown, start: unknown, end: unknown) {
        const from = start === undefined ? 0 : Math.max(Number(start) || 0, 0);
        const to = end === undefined ? this.length : Math.min(Number(end) || 0, this.length);
        if (from >= to) return '';
        if (encoding !== undefined && (typeof encoding !== 'string' || encoding === '')) {
            throw new TypeError(`Unknown encoding: ${String(encoding)}`);
        }
        if (!isUtf8(encoding)) return Reflect.apply(toString, this, arguments as unknown as unknown[]);
        return decoder.decode(Uint8Array.prototype.subarray.call(this, from, to));
    });
    const equals = prototype['equals'] as Method;
    replaceMethod(prototype, 'equals', function (this: Uint8Array, other: unknown) {
        const same = other instanceof Uint8Array && !Buffer.isBuffer(other) ? Buffer.from(other) : other;
        return Reflect.apply(equals, this, [same]);
    });
    const owner = Buffer as unknown as Record<string, Method>;
    const from = owner['from'] as Method;
    replaceMethod(owner, 'from', function (this: unknown, value: unknown, encoding: unknown, length: unknown) {
        if (typeof value !== 'string' || !isUtf8(encoding)) return Reflect.apply(from, Buffer, [value, encoding, length]);
        return Object.setPrototypeOf(encoder.encode(value), Buffer.prototype) as unknown;
    });
}
