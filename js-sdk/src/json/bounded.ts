// A copy of any value as plain JSON data within a budget of bytes: for payloads of errors and for log lines.
//
// It survives what a function may hand over: circular objects, getters that throw, proxies, endless text. What does
// not fit is cut, with a marker where it was.
import {
    ArrayBufferIsView,
    ArrayIsArray,
    ArrayPrototypePush,
    ArrayPrototypeSort,
    ErrorConstructor,
    NumberIsFinite,
    ObjectCreate,
    ObjectKeys,
    ReflectApply,
    StringConstructor,
    StringPrototypeCharCodeAt,
    StringPrototypeSlice,
    StringPrototypeToLowerCase,
    StringPrototypeToWellFormed,
} from '../primordials.ts';

/** Bytes of JSON text that a payload, or the data beside a log message, may take (Nango's limit). */
export const MAX_PAYLOAD_BYTES = 99_000;
/** UTF-16 units of a text that a report shows: what is longer is cut before it leaves the isolate. The engine counts bytes. */
const MAX_TEXT_UNITS = 99_000;
/** Deeper levels are cut; far below what JSON parsers on the other side accept. */
const MAX_DEPTH = 32;
/** Stands where something was cut. */
export const TRUNCATED = '[truncated]';
/** Of every budget, this much is kept for markers. */
const MARKER_RESERVE = 1_000;

/** A text within that bound. */
export function boundedText(text: string, units: number = MAX_TEXT_UNITS): string {
    return text.length <= units ? text : `${StringPrototypeSlice(text, 0, units)}… ${TRUNCATED}`;
}

export interface CopyOptions {
    maxBytes?: number;
    /** Sort keys, so that equal objects give equal text. */
    sortKeys?: boolean;
}

interface Copying {
    left: number;
    sortKeys: boolean;
    ancestors: unknown[];
}

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/** Bytes of one UTF-16 code unit in JSON text; half a surrogate pair counts half of its pair's four. */
function bytesOfUnit(unit: number): number {
    if (unit < 0x20) {
        return 6;
    }
    if (unit === 0x22 || unit === 0x5c) {
        return 2;
    }
    if (unit < 0x80) {
        return 1;
    }
    return unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
}

function copyString(text: string, copying: Copying): string {
    let used = 2;
    for (let index = 0; index < text.length; index++) {
        used += bytesOfUnit(StringPrototypeCharCodeAt(text, index));
        if (used > copying.left) {
            copying.left = 0;
            return StringPrototypeToWellFormed(StringPrototypeSlice(text, 0, index)) + TRUNCATED;
        }
    }
    copying.left -= used;
    return StringPrototypeToWellFormed(text);
}

/** An `Error` says little in JSON: its message is not enumerable. */
function fieldsOf(value: object, sortKeys: boolean): string[] {
    const keys = ObjectKeys(value);
    if (value instanceof ErrorConstructor) {
        for (const field of ['message', 'name'] as const) {
            if (!includes(keys, field)) {
                keys.unshift(field);
            }
        }
    }
    return sortKeys ? ArrayPrototypeSort(keys) : keys;
}

function includes(values: readonly unknown[], wanted: unknown): boolean {
    for (let index = 0; index < values.length; index++) {
        if (values[index] === wanted) {
            return true;
        }
    }
    return false;
}

function copyArray(items: readonly unknown[], copying: Copying): Plain[] {
    const copied: Plain[] = [];
    copying.left -= 2;
    for (let index = 0; index < items.length; index++) {
        if (copying.left <= 0) {
            ArrayPrototypePush(copied, TRUNCATED);
            break;
        }
        copying.left -= 1;
        ArrayPrototypePush(copied, copyAny(items[index], copying) ?? null);
    }
    return copied;
}

function copyObject(value: object, copying: Copying): Plain {
    // Without a prototype: a key named __proto__ is a key.
    const copied = ObjectCreate(null) as { [key: string]: Plain };
    copying.left -= 2;
    for (const key of fieldsOf(value, copying.sortKeys)) {
        if (copying.left <= 0) {
            copied[TRUNCATED] = true;
            break;
        }
        const field = StringPrototypeToLowerCase(key) === 'authorization' ? '[redacted]' : read(value, key);
        const before = copying.left;
        const name = copyString(key, copying);
        const item = copyAny(field, copying);
        if (item === undefined) {
            copying.left = before;
        } else {
            copying.left -= 2;
            copied[name] = item;
        }
    }
    return copied;
}

/** A field, or what its getter threw. */
function read(value: object, key: string): unknown {
    try {
        return (value as Record<string, unknown>)[key];
    } catch {
        return '[unreadable]';
    }
}

function copyReference(value: object, copying: Copying): Plain | undefined {
    if (includes(copying.ancestors, value)) {
        return '[circular]';
    }
    if (copying.ancestors.length >= MAX_DEPTH) {
        return TRUNCATED;
    }
    if (ArrayBufferIsView(value)) {
        return '[bytes]';
    }
    ArrayPrototypePush(copying.ancestors, value);
    try {
        const toJSON = read(value, 'toJSON');
        if (typeof toJSON === 'function' && !(value instanceof ErrorConstructor)) {
            return copyAny(ReflectApply(toJSON, value, ['']), copying);
        }
        if (value instanceof Map || value instanceof Set) {
            return copyArray([...value], copying);
        }
        return ArrayIsArray(value) ? copyArray(value, copying) : copyObject(value, copying);
    } catch {
        return '[unreadable]';
    } finally {
        copying.ancestors.length -= 1;
    }
}

function copyAny(value: unknown, copying: Copying): Plain | undefined {
    switch (typeof value) {
        case 'string':
            return copyString(value, copying);
        case 'number':
            copying.left -= 24;
            return NumberIsFinite(value) ? value : null;
        case 'boolean':
            copying.left -= 5;
            return value;
        case 'bigint':
            return copyString(StringConstructor(value), copying);
        case 'object':
            copying.left -= value === null ? 4 : 0;
            return value === null ? null : copyReference(value, copying);
        default:
            return undefined;
    }
}

/** The copy; `undefined` where JSON has no form of `value` (functions, symbols, `undefined`). */
export function boundedCopy(value: unknown, options: CopyOptions = {}): Plain | undefined {
    const copying: Copying = {
        left: (options.maxBytes ?? MAX_PAYLOAD_BYTES) - MARKER_RESERVE,
        sortKeys: options.sortKeys ?? false,
        ancestors: [],
    };
    return copyAny(value, copying);
}
