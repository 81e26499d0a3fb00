// UTF-8, base64 and hex by V8 instead of by loops: faster, and invalid UTF-8 becomes what Node makes of it.
import { latin1 } from './decode.ts';
import { replaceMethod } from './base64url.ts';

type Method = (this: unknown, ...values: unknown[]) => unknown;

const UTF8 = new Set(['utf8', 'utf-8']);
const isUtf8 = (encoding: unknown): boolean =>
    encoding === undefined || encoding === null || encoding === '' || (typeof encoding === 'string' && UTF8.has(encoding.toLowerCase()));

/** Newer than the compiler's declarations. */
type Written = Uint8Array & { toBase64(): string; toHex(): string };

/** The text of all bytes in an encoding that needs no care; undefined of another. */
function plainText(bytes: Written, encoding: string): string | undefined {
    switch (encoding.toLowerCase()) {
        case 'base64':
            return bytes.toBase64();
        case 'hex':
            return bytes.toHex();
        case 'latin1':
        case 'binary':
            return latin1(bytes);
        default:
            return undefined;
    }
}

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
        const bytes = Uint8Array.prototype.subarray.call(this, from, to);
        if (isUtf8(encoding)) return decoder.decode(bytes);
        return plainText(bytes as Written, encoding as string) ?? Reflect.apply(toString, this, arguments as unknown as unknown[]);
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
