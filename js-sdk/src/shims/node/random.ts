// Random values of node:crypto, and the comparison that takes the same time whatever is compared.
import { op_onevent_equal, op_onevent_random } from 'ext:core/ops';

import { coded, invalidType, viewOf } from '../crypto/digests.ts';
import { type Buffer, type Callback, checkSize, later, outOfRange, toBuffer } from './values.ts';

export function randomBytes(size?: unknown, callback?: Callback<Buffer>): Buffer | void {
    const bytes = new Uint8Array(checkSize('size', size));
    const fill = (): Buffer => {
        op_onevent_random(bytes);
        return toBuffer(bytes);
    };
    return callback === undefined ? fill() : later(callback, fill);
}

export function randomFillSync<Target>(target: Target, offset: unknown = 0, size?: unknown): Target {
    const bytes = viewOf(target);
    if (bytes === undefined) throw invalidType('buf', 'an instance of ArrayBuffer or ArrayBufferView', target);
    const unit = (target as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
    const from = checkSize('offset', offset, bytes.length / unit) * unit;
    const length = size === undefined ? bytes.length - from : checkSize('size', size, (bytes.length - from) / unit) * unit;
    op_onevent_random(bytes.subarray(from, from + length));
    return target;
}

export function randomFill(target: unknown, ...rest: unknown[]): void {
    const callback = rest.pop() as Callback<unknown>;
    later(callback, () => randomFillSync(target, ...rest));
}

const MAX_RANGE = 2 ** 48 - 1;

/** `randomInt([min, ]max[, callback])`. */
export function randomInt(...given: unknown[]): number | void {
    const hasMin = given[1] !== undefined && typeof given[1] !== 'function';
    const [min, max, callback] = (hasMin ? given : [0, ...given]) as [number, number, Callback<number> | undefined];
    if (!Number.isSafeInteger(min)) throw invalidType('min', 'a safe integer', min);
    if (!Number.isSafeInteger(max)) throw invalidType('max', 'a safe integer', max);
    if (max <= min) throw outOfRange('max', `greater than the value of "min" (${min})`, max);
    const range = max - min;
    if (range > MAX_RANGE) throw outOfRange('max - min', `<= ${MAX_RANGE}`, range);
    // Numbers above the last whole multiple of the range are thrown away, so that each is as likely as the other.
    const limit = MAX_RANGE + 1 - ((MAX_RANGE + 1) % range);
    const pick = (): number => {
        for (;;) {
            const drawn = (randomBytes(6) as Buffer).readUIntBE(0, 6);
            if (drawn < limit) return min + (drawn % range);
        }
    };
    return callback === undefined ? pick() : later(callback, pick);
}

export function timingSafeEqual(one?: unknown, other?: unknown): boolean {
    const bytes = ([['buf1', one], ['buf2', other]] as const).map(([name, value]) => {
        const view = viewOf(value);
        if (view !== undefined) return view;
        const text = `The "${name}" argument must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView.`;
        throw coded(new TypeError(text), 'ERR_INVALID_ARG_TYPE');
    });
    const [a, b] = bytes as [Uint8Array, Uint8Array];
    if (a.length !== b.length) {
        throw coded(new RangeError('Input buffers must have the same byte length'), 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH');
    }
    return op_onevent_equal(a, b);
}
