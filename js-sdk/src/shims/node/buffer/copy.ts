// `buf.copy` by Node's rules for offsets out of range.
import { replaceMethod } from './base64url.ts';

function whole(value: unknown, standard: number): number {
    if (value === undefined) return standard;
    const number = Number(value);
    return Number.isSafeInteger(Math.floor(number)) ? Math.floor(number) : 0;
}

function outOfRange(name: string, range: string, value: number): RangeError {
    const text = `The value of "${name}" is out of range. It must be ${range}. Received ${value}`;
    return Object.assign(new RangeError(text), { code: 'ERR_OUT_OF_RANGE' });
}

export function nodeCopy(Buffer: typeof import('buffer/').Buffer): void {
    const copy = function (this: Uint8Array, target: unknown, targetStart: unknown, sourceStart: unknown, sourceEnd: unknown): number {
        if (!(target instanceof Uint8Array)) {
            const text = 'The "target" argument must be an instance of Buffer or Uint8Array';
            throw Object.assign(new TypeError(text), { code: 'ERR_INVALID_ARG_TYPE' });
        }
        const to = whole(targetStart, 0);
        if (to < 0) throw outOfRange('targetStart', '>= 0', to);
        const from = whole(sourceStart, 0);
        if (from < 0 || from > this.length) throw outOfRange('sourceStart', `>= 0 && <= ${this.length}`, from);
        const end = whole(sourceEnd, this.length);
        if (end < 0) throw outOfRange('sourceEnd', '>= 0', end);
        if (to >= target.length || from >= end) return 0;
        const length = Math.min(end - from, target.length - to, this.length - from);
        Uint8Array.prototype.set.call(target, Uint8Array.prototype.subarray.call(this, from, from + length), to);
        return length;
    };
    replaceMethod(Buffer.prototype, 'copy', copy);
}
