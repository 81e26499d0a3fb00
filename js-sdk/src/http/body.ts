// The body of a request, as axios would send it.
import type { WireRequest } from '../ops.ts';
import {
    ArrayBufferIsView,
    ArrayFrom,
    ArrayIsArray,
    ArrayPrototypePush,
    DatePrototypeToISOString,
    JSONParse,
    ObjectKeys,
    ObjectPrototypeToString,
    StringConstructor,
    StringPrototypeIncludes,
    StringPrototypeToLowerCase,
    StringPrototypeTrim,
    Uint8ArrayConstructor,
} from '../primordials.ts';
import { toJSONText } from '../json/well-formed.ts';
import { bodies, type Collected } from './lazy.ts';
import { RequestError } from './request-error.ts';

export type Pairs = [string, string][];

/** The part of a `WireRequest` that is its body, and the bytes beside it. */
export interface Body {
    wire: Pick<WireRequest, 'bodyKind' | 'bodyText' | 'bodyPairs'>;
    bytes: Uint8Array | null;
    /** For a blob, a form or a stream: makes the bytes, which come in place of those above. */
    collect: (() => Promise<Collected>) | null;
}

/** A form is nested no deeper than this: deeper ones are circular. */
const MAX_FORM_DEPTH = 32;

export const NO_BODY: Body = { wire: { bodyKind: 'none', bodyText: null, bodyPairs: null }, bytes: null, collect: null };

function textBody(bodyKind: 'json' | 'text', bodyText: string): Body {
    return { wire: { bodyKind, bodyText, bodyPairs: null }, bytes: null, collect: null };
}

function pairsBody(bodyKind: 'form' | 'multipart', bodyPairs: Pairs): Body {
    return { wire: { bodyKind, bodyText: null, bodyPairs }, bytes: null, collect: null };
}

function bytesBody(bytes: Uint8Array | null, collect: Body['collect'] = null): Body {
    return { wire: { bodyKind: 'bytes', bodyText: null, bodyPairs: null }, bytes, collect };
}

/** Whether `value` is a `Blob` or a `File`, by its tag, as below. */
function isBlob(value: unknown): boolean {
    const tag = ObjectPrototypeToString(value);
    return tag === '[object Blob]' || tag === '[object File]';
}

/** Whether the body has to be collected first: a blob, a form, or a stream of the web's or of Node's. */
function isCollected(value: unknown): boolean {
    const tag = ObjectPrototypeToString(value);
    return (
        isBlob(value) ||
        tag === '[object FormData]' ||
        tag === '[object ReadableStream]' ||
        (typeof value === 'object' && value !== null && typeof (value as { pipe?: unknown }).pipe === 'function')
    );
}

/** Whether `value` is a `URLSearchParams`, by its tag: the class may be made after the SDK was loaded. */
export function isSearchParams(value: unknown): value is Iterable<[string, string]> {
    return ObjectPrototypeToString(value) === '[object URLSearchParams]';
}

/** Names and values of a `URLSearchParams`. */
export function searchPairs(params: Iterable<[string, string]>): Pairs {
    return ArrayFrom(params, ([name, value]): [string, string] => [
        StringConstructor(name),
        StringConstructor(value),
    ]);
}

/** The bytes that a view or an `ArrayBuffer` shows; null of anything else. */
export function bytesOf(data: unknown): Uint8Array | null {
    if (ArrayBufferIsView(data)) {
        return new Uint8ArrayConstructor(data.buffer, data.byteOffset, data.byteLength);
    }
    if (ObjectPrototypeToString(data) === '[object ArrayBuffer]') {
        return new Uint8ArrayConstructor(data as ArrayBuffer);
    }
    return null;
}

/** Flattens an object as axios does: `a[b]=c`, `list[]=1`. */
function formPairs(data: object, prefix: string, depth: number, pairs: Pairs): Pairs {
    if (depth > MAX_FORM_DEPTH) {
        throw new RequestError('invalid_data', `data is nested more than ${MAX_FORM_DEPTH} levels deep`);
    }
    for (const key of ObjectKeys(data)) {
        const value = (data as Record<string, unknown>)[key];
        const inner = ArrayIsArray(data) && (typeof value !== 'object' || value === null) ? '' : key;
        const name = prefix === '' ? key : `${prefix}[${inner}]`;
        if (value instanceof Date) {
            ArrayPrototypePush(pairs, [name, DatePrototypeToISOString(value)]);
        } else if (typeof value === 'object' && value !== null) {
            formPairs(value, name, depth + 1, pairs);
        } else if (value !== undefined) {
            ArrayPrototypePush(pairs, [name, value === null ? '' : StringConstructor(value)]);
        }
    }
    return pairs;
}

/** One field for each key, as `multipart/form-data`: text, or a file where the value is one. */
function multipartBody(data: object): Body {
    const pairs: Pairs = [];
    const withFiles: [string, unknown][] = [];
    let hasFiles = false;
    for (const key of ObjectKeys(data)) {
        const value = (data as Record<string, unknown>)[key];
        if (value === undefined || value === null) {
            continue;
        }
        const isFile = isBlob(value) || bytesOf(value) !== null;
        hasFiles ||= isFile;
        const text = typeof value === 'object' && !isFile ? toJSONText(value) : isFile ? '' : StringConstructor(value);
        ArrayPrototypePush(pairs, [key, text ?? '']);
        ArrayPrototypePush(withFiles, [key, isFile ? value : (text ?? '')] as [string, unknown]);
    }
    return hasFiles ? bytesBody(null, async () => bodies().fieldsBody(withFiles)) : pairsBody('multipart', pairs);
}

/** A text is sent as it is, unless the caller says it is JSON and it is not: then it becomes a JSON string. */
function stringBody(data: string, contentType: string): Body {
    if (!StringPrototypeIncludes(contentType, 'application/json')) {
        return textBody('text', data);
    }
    try {
        JSONParse(data);
        return textBody('text', StringPrototypeTrim(data));
    } catch {
        return textBody('json', toJSONText(data) ?? '""');
    }
}

/** The body for `data`; `contentType` is the caller's own header, or empty. */
export function toBody(data: unknown, contentType: string): Body {
    const type = StringPrototypeToLowerCase(contentType);
    if (typeof data === 'string') {
        return stringBody(data, type);
    }
    if (isSearchParams(data)) {
        return pairsBody('form', searchPairs(data));
    }
    const bytes = bytesOf(data);
    if (bytes) {
        return bytesBody(bytes);
    }
    if (isCollected(data)) {
        return bytesBody(null, () => bodies().dataBody(data));
    }
    if (typeof data === 'object' && data !== null) {
        if (type === 'multipart/form-data') {
            return multipartBody(data);
        }
        if (StringPrototypeIncludes(type, 'application/x-www-form-urlencoded')) {
            return pairsBody('form', formPairs(data, '', 0, []));
        }
    }
    const text = toJSONText(data);
    return text === undefined ? NO_BODY : textBody('json', text);
}
