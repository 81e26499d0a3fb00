// Numbers in a Buffer, read and written by DataView with Node's checks: npm's buffer checks less, and without codes.
import { replaceMethod } from './base64url.ts';

type Bytes = Uint8Array & Record<number, number>;

function coded(error: Error, code: string): Error {
    return Object.assign(error, { code });
}

function checkNumber(value: unknown, name: string): asserts value is number {
    if (typeof value !== 'number') {
        throw coded(new TypeError(`The "${name}" argument must be of type number. Received ${typeof value}`), 'ERR_INVALID_ARG_TYPE');
    }
}

function outOfRange(name: string, range: string, value: unknown): Error {
    const text = `The value of "${name}" is out of range. It must be ${range}. Received ${String(value)}`;
    return coded(new RangeError(text), 'ERR_OUT_OF_RANGE');
}

/** Why there is no number of that width at `offset`. */
function boundsError(value: unknown, last: number, name = 'offset'): Error {
    checkNumber(value, name);
    if (Math.floor(value) !== value) return outOfRange(name, 'an integer', value);
    if (last < 0) return coded(new RangeError('Attempt to access memory outside buffer bounds'), 'ERR_BUFFER_OUT_OF_BOUNDS');
    return outOfRange(name, `>= ${name === 'offset' ? 0 : 1} and <= ${last}`, value);
}

function checkBounds(bytes: Bytes, offset: unknown, width: number): asserts offset is number {
    checkNumber(offset, 'offset');
    if (bytes[offset] === undefined || bytes[offset + width - 1] === undefined) {
        throw boundsError(offset, bytes.length - width);
    }
}

const viewOf = (bytes: Bytes): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

interface Kind {
    /** As DataView and Buffer name it; `UInt` in Buffer's names is `Uint` in DataView's. */
    name: string;
    width: number;
    /** The smallest and the largest value; none of a float. */
    range?: [number | bigint, number | bigint];
}

const KINDS: Kind[] = [
    { name: 'Int8', width: 1, range: [-0x80, 0x7f] },
    { name: 'Uint8', width: 1, range: [0, 0xff] },
    { name: 'Int16', width: 2, range: [-0x8000, 0x7fff] },
    { name: 'Uint16', width: 2, range: [0, 0xffff] },
    { name: 'Int32', width: 4, range: [-0x80000000, 0x7fffffff] },
    { name: 'Uint32', width: 4, range: [0, 0xffffffff] },
    { name: 'BigInt64', width: 8, range: [-(2n ** 63n), 2n ** 63n - 1n] },
    { name: 'BigUint64', width: 8, range: [0n, 2n ** 64n - 1n] },
    { name: 'Float32', width: 4 },
    { name: 'Float64', width: 8 },
];

type Accessor = (offset: number, value: unknown, little?: boolean) => unknown;

/** Both spellings of Node's: `readUInt8` and `readUint8`. */
function define(prototype: object, name: string, method: (...values: never[]) => unknown): void {
    for (const spelling of new Set([name, name.replace('Uint', 'UInt')])) {
        if (spelling in prototype) replaceMethod(prototype, spelling, method);
    }
}

function checkRange(value: unknown, [low, high]: [number | bigint, number | bigint]): void {
    if ((value as number) > high || (value as number) < low) throw outOfRange('value', `>= ${low} and <= ${high}`, value);
}

function defineFixed(prototype: object, { name, width, range }: Kind, little: boolean): void {
    const get = Reflect.get(DataView.prototype, `get${name}`) as Accessor;
    const set = Reflect.get(DataView.prototype, `set${name}`) as Accessor;
    const called = name.replace('Float32', 'Float').replace('Float64', 'Double') + (width === 1 ? '' : little ? 'LE' : 'BE');
    define(prototype, `read${called}`, function (this: Bytes, offset: unknown = 0) {
        checkBounds(this, offset, width);
        return Reflect.apply(get, viewOf(this), [offset, little]);
    });
    const big = name.startsWith('Big');
    define(prototype, `write${called}`, function (this: Bytes, given: unknown, offset: unknown = 0) {
        const value = big ? given : Number(given);
        // Of one byte, Node looks at the offset first.
        if (width === 1) checkNumber(offset, 'offset');
        if (range) checkRange(value, range);
        checkBounds(this, offset, width);
        Reflect.apply(set, viewOf(this), [offset, value, little]);
        return offset + width;
    });
}

function defineSized(prototype: object, signed: boolean, little: boolean): void {
    const called = `${signed ? 'Int' : 'Uint'}${little ? 'LE' : 'BE'}`;
    define(prototype, `read${called}`, function (this: Bytes, offset: unknown, width: unknown) {
        if (offset === undefined) checkNumber(offset, 'offset');
        checkNumber(width, 'byteLength');
        if (![1, 2, 3, 4, 5, 6].includes(width)) throw boundsError(width, 6, 'byteLength');
        checkBounds(this, offset, width);
        let value = 0;
        for (let at = 0; at < width; at++) value = value * 256 + (this[little ? offset + width - 1 - at : offset + at] ?? 0);
        return signed && value >= 2 ** (8 * width - 1) ? value - 2 ** (8 * width) : value;
    });
    define(prototype, `write${called}`, function (this: Bytes, given: unknown, offset: unknown, width: unknown) {
        checkNumber(width, 'byteLength');
        if (![1, 2, 3, 4, 5, 6].includes(width)) throw boundsError(width, 6, 'byteLength');
        const value = Number(given);
        if (width === 1) checkNumber(offset, 'offset');
        checkRange(value, signed ? [-(2 ** (8 * width - 1)), 2 ** (8 * width - 1) - 1] : [0, 2 ** (8 * width) - 1]);
        checkBounds(this, offset, width);
        let rest = Math.trunc(value) || 0;
        if (rest < 0) rest += 2 ** (8 * width);
        for (let at = 0; at < width; at++) {
            this[little ? offset + at : offset + width - 1 - at] = rest % 256;
            rest = Math.floor(rest / 256);
        }
        return offset + width;
    });
}

export function checkedNumbers(Buffer: typeof import('buffer/').Buffer): void {
    for (const kind of KINDS) {
        defineFixed(Buffer.prototype, kind, false);
        if (kind.width > 1) defineFixed(Buffer.prototype, kind, true);
    }
    for (const signed of [true, false]) {
        for (const little of [true, false]) defineSized(Buffer.prototype, signed, little);
    }
}
