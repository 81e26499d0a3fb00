// `base64url`, which Node 15 added and npm's buffer does not know. Decoding is base64's: it takes both alphabets.
type Method = (this: unknown, ...values: unknown[]) => unknown;

/** Where each method takes its encoding. */
const ON_INSTANCE = { write: [1, 2, 3], fill: [1, 2, 3], indexOf: [1, 2], lastIndexOf: [1, 2], includes: [1, 2] };
const ON_CLASS = { from: [1], alloc: [2] };

function isBase64Url(value: unknown): boolean {
    return typeof value === 'string' && value.toLowerCase() === 'base64url';
}

function acceptAsBase64(owner: Record<string, Method>, methods: Record<string, number[]>): void {
    for (const [name, places] of Object.entries(methods)) {
        const original = owner[name] as Method;
        const replacement: Method = function (...values) {
            for (const place of places) {
                if (isBase64Url(values[place])) values[place] = 'base64';
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
    acceptAsBase64(owner, ON_CLASS);
    acceptAsBase64(prototype, ON_INSTANCE);
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
