// What Node has on Buffer beside its documented methods, and libraries call for speed: `utf8Slice`, `latin1Write` and the
// like, one pair for each encoding.

type Owner = Record<string, unknown>;

const ENCODINGS: [name: string, encoding: BufferEncoding][] = [
    ['ascii', 'ascii'],
    ['base64', 'base64'],
    ['base64url', 'base64url'],
    ['hex', 'hex'],
    ['latin1', 'latin1'],
    ['ucs2', 'utf16le'],
    ['utf8', 'utf8'],
];

function define(owner: object, methods: Owner): void {
    for (const [name, value] of Object.entries(methods)) {
        Object.defineProperty(owner, name, { value, writable: true, enumerable: true, configurable: true });
    }
}

function invalidView(value: unknown): Error {
    const text = `The "view" argument must be an instance of TypedArray. Received ${value === null ? 'null' : typeof value}`;
    return Object.assign(new TypeError(text), { code: 'ERR_INVALID_ARG_TYPE' });
}

export function addSlices(Buffer: typeof import('buffer/').Buffer): void {
    for (const [name, encoding] of ENCODINGS) {
        define(Buffer.prototype, {
            [`${name}Slice`](this: Buffer, start?: number, end?: number): string {
                return this.toString(encoding, start, end);
            },
            [`${name}Write`](this: Buffer, text: string, offset = 0, length = this.length - offset): number {
                return this.write(text, offset, length, encoding);
            },
        });
    }
    const prototype = Buffer.prototype as unknown as Owner;
    for (const name of ['readBigUInt64BE', 'readBigUInt64LE', 'writeBigUInt64BE', 'writeBigUInt64LE']) {
        define(prototype, { [name.replace('UInt', 'Uint')]: prototype[name] });
    }
    define(prototype, {
        subarray(this: Uint8Array, start?: number, end?: number): Buffer {
            const part = Uint8Array.prototype.subarray.call(this, start, end);
            return Object.setPrototypeOf(part, Buffer.prototype) as Buffer;
        },
    });
    define(Buffer, {
        copyBytesFrom(view: unknown, offset = 0, length?: number): Buffer {
            if (!ArrayBuffer.isView(view) || view instanceof DataView) throw invalidView(view);
            const part = (view as Uint8Array).subarray(offset, length === undefined ? undefined : offset + length);
            return Buffer.from(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
        },
        of: (...values: number[]): Buffer => Buffer.from(values),
        poolSize: 8192,
    });
    Object.defineProperty(Buffer, Symbol.species, { get: () => Buffer, configurable: true });
}
