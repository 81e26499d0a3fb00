// `indexOf`, `lastIndexOf` and `includes` by Node's rules for offsets and empty needles.
import { replaceMethod } from './base64url.ts';

/** Where a search starts; -1 where it finds nothing. */
function start(length: number, offset: number, needle: number, forward: boolean): number {
    if (offset < 0) {
        if (offset + length >= 0) return length + offset;
        return forward || needle === 0 ? 0 : -1;
    }
    if (offset + needle <= length) return offset;
    if (needle === 0) return length;
    return forward ? -1 : length - 1;
}

function matches(haystack: Uint8Array, needle: Uint8Array, at: number): boolean {
    for (let index = 0; index < needle.length; index++) {
        if (haystack[at + index] !== needle[index]) return false;
    }
    return true;
}

/** `step` is 2 of UTF-16, whose units are aligned. */
function search(haystack: Uint8Array, needle: Uint8Array, offset: number, forward: boolean, step: number): number {
    const from = start(haystack.length, offset, needle.length, forward);
    if (needle.length === 0) return from;
    const last = haystack.length - needle.length;
    if (haystack.length === 0 || from < 0 || last < 0 || (forward && from > last)) return -1;
    if (step === 2 && (haystack.length < 2 || needle.length < 2)) return -1;
    const first = Math.min(from, last);
    for (let at = first - (first % step); forward ? at <= last : at >= 0; at += forward ? step : -step) {
        if (matches(haystack, needle, at)) return at;
    }
    return -1;
}

export function nodeSearch(Buffer: typeof import('buffer/').Buffer): void {
    const find = (haystack: Uint8Array, value: unknown, place: unknown, named: unknown, forward: boolean): number => {
        const encoding = (typeof place === 'string' ? place : named) as BufferEncoding | undefined;
        const number = typeof place === 'string' ? NaN : Number(place === null ? 0 : place);
        const offset = Number.isNaN(number) ? (forward ? 0 : haystack.length) : Math.trunc(number);
        if (typeof value === 'number') return search(haystack, new Uint8Array([value]), offset, forward, 1);
        if (typeof value === 'string') {
            const step = /^(?:ucs-?2|utf-?16le)$/i.test(String(encoding)) ? 2 : 1;
            return search(haystack, Buffer.from(value, encoding), offset, forward, step);
        }
        if (value instanceof Uint8Array) return search(haystack, value, offset, forward, 1);
        const text = 'The "value" argument must be one of type number, string, Buffer or Uint8Array';
        throw Object.assign(new TypeError(text), { code: 'ERR_INVALID_ARG_TYPE' });
    };
    const { prototype } = Buffer;
    replaceMethod(prototype, 'indexOf', function (this: Uint8Array, value: unknown, place: unknown, encoding: unknown) {
        return find(this, value, place, encoding, true);
    });
    replaceMethod(prototype, 'lastIndexOf', function (this: Uint8Array, value: unknown, place: unknown, encoding: unknown) {
        return find(this, value, place, encoding, false);
    });
    replaceMethod(prototype, 'includes', function (this: Uint8Array, value: unknown, place: unknown, encoding: unknown) {
        return find(this, value, place, encoding, true) !== -1;
    });
}
