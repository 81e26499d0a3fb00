// Node's error codes, where npm's buffer throws errors without one.
import { replaceMethod } from './base64url.ts';

const CODES: [RegExp, string][] = [
    [/^Unknown encoding/, 'ERR_UNKNOWN_ENCODING'],
    [/must be (?:of type|one of type|an instance of|of type string)|argument must be|must not be of type/i, 'ERR_INVALID_ARG_TYPE'],
    [/invalid for option "size"/, 'ERR_OUT_OF_RANGE'],
    [/multiple of (?:16|32|64)-bits/, 'ERR_INVALID_BUFFER_SIZE'],
    [/outside of (?:buffer )?bounds/, 'ERR_BUFFER_OUT_OF_BOUNDS'],
    [/out of range/i, 'ERR_OUT_OF_RANGE'],
];

function withCode(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    const found = CODES.find(([pattern]) => pattern.test(error.message));
    if (found) Object.defineProperty(error, 'code', { value: found[1], writable: true, enumerable: true, configurable: true });
    return error;
}

function wrap(owner: object, name: string): void {
    const original: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value;
    if (typeof original !== 'function' || name === 'constructor') return;
    replaceMethod(owner, name, function (this: unknown, ...values: unknown[]) {
        try {
            return Reflect.apply(original, this, values) as unknown;
        } catch (error) {
            throw withCode(error);
        }
    });
}

/** npm's buffer makes an empty one of a size that is no number. */
function refuseNaN(owner: object, name: string): void {
    const original = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
    replaceMethod(owner, name, function (this: unknown, ...values: unknown[]) {
        if (Number.isNaN(values[0])) throw new RangeError('The value of "size" is out of range. Received NaN');
        return Reflect.apply(original, this, values);
    });
}

function checkList(Buffer: typeof import('buffer/').Buffer): void {
    const concat = Buffer.concat.bind(Buffer);
    replaceMethod(Buffer, 'concat', (list: unknown, length?: number) => {
        const odd = Array.isArray(list) ? list.findIndex((one) => !(one instanceof Uint8Array)) : -1;
        if (odd !== -1) throw new TypeError(`The "list[${odd}]" argument must be an instance of Buffer or Uint8Array`);
        return concat(list as Uint8Array[], length);
    });
}

/** Only what takes an encoding or a size: the readers and writers of numbers have codes already. */
export function nodeErrors(Buffer: typeof import('buffer/').Buffer): void {
    for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow']) refuseNaN(Buffer, name);
    checkList(Buffer);
    for (const name of ['from', 'alloc', 'allocUnsafe', 'allocUnsafeSlow', 'byteLength', 'concat', 'compare']) {
        wrap(Buffer, name);
    }
    for (const name of ['toString', 'write', 'fill', 'equals', 'compare', 'swap16', 'swap32', 'swap64']) {
        wrap(Buffer.prototype, name);
    }
    for (const name of ['indexOf', 'lastIndexOf', 'includes']) wrap(Buffer.prototype, name);
}
