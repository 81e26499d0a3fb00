// `base64url`, which Node 15 added and npm's buffer does not know; and base64 and hex text, decoded as Node decodes it.
import { decoded, latin1 } from './decode.ts';

type Method = (this: unknown, ...values: unknown[]) => unknown;

/** Where each method takes its text, and where the encoding of it. */
const ON_INSTANCE = { write: [0, 1, 2, 3], fill: [0, 1, 2, 3] };
const ON_CLASS = { alloc: [1, 2] };

function isBase64Url(value: unknown): boolean {
    return typeof value === 'string' && value.toLowerCase() === 'base64url';
}

/** npm's buffer gets the bytes of such a text as the characters of one in latin1. */
function decodeFirst(owner: Record<string, Method>, methods: Record<string, number[]>): void {
    for (const [name, [text = 0, ...places]] of Object.entries(methods)) {
        const original = owner[name] as Method;
        const replacement: Method = function (...values) {
            const value = values[text];
            const place = places.find((one) => typeof values[one] === 'string');
            const bytes = typeof value === 'string' && place !== undefined ? decoded(value, values[place]) : undefined;
            if (bytes !== undefined && place !== undefined) {
                values[text] = latin1(bytes);
                values[place] = 'latin1';
            }
            return Reflect.apply(original, this, values);
        };
        replaceMethod(owner, name, replacement);
    }
}

/** Replaces a method; its name and length stay. */
export function replaceMethod(owner: object, name: string, replacement: unknown): void {
    const original = Reflect.get(owner, name) as object;
    Object.defineProperty(replacement as object, 'name', { value: name });
    Object.defineProperty(replacement as object, 'length', { value: Reflect.get(original, 'length') });
    Object.defineProperty(owner, name, { value: replacement, writable: true, enumerable: true, configurable: true });
}

export function addBase64Url(Buffer: typeof import('buffer/').Buffer): void {
    const owner = Buffer as unknown as Record<string, Method>;
    const prototype = Buffer.prototype as unknown as Record<string, Method>;
    decodeFirst(owner, ON_CLASS);
    decodeFirst(prototype, ON_INSTANCE);
    const from = owner['from'] as Method;
    replaceMethod(owner, 'from', function (this: unknown, ...values: unknown[]) {
        const bytes = typeof values[0] === 'string' ? decoded(values[0], values[1]) : undefined;
        return bytes === undefined ? Reflect.apply(from, Buffer, values) : Object.setPrototypeOf(bytes, Buffer.prototype);
    });
    const byteLength = owner['byteLength'] as Method;
    replaceMethod(owner, 'byteLength', (value: unknown, encoding: unknown) => {
        const base64 = typeof encoding === 'string' && /^base64(?:url)?$/i.test(encoding);
        if (typeof value !== 'string' || !base64) return Reflect.apply(byteLength, Buffer, [value, encoding]);
        // Of the text's length alone, as Node counts, whatever else is in it.
        const padding = value.endsWith('==') && value.length > 2 ? 2 : value.endsWith('=') ? 1 : 0;
        return Math.floor(((value.length - padding) * 3) / 4);
    });
    const isEncoding = owner['isEncoding'] as Method;
    replaceMethod(owner, 'isEncoding', (value: unknown) => isBase64Url(value) || Reflect.apply(isEncoding, Buffer, [value]));
    const toString = prototype['toString'] as Method;
    replaceMethod(prototype, 'toString', function (this: unknown, encoding: unknown, start: unknown, end: unknown) {
        if (!isBase64Url(encoding)) return Reflect.apply(toString, this, arguments as unknown as unknown[]);
        const text = Reflect.apply(toString, this, ['base64', start, end]) as string;
        return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    });
}
