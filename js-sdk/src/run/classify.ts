// From what `exec` threw to the error of the run (the names and shapes are Nango's). Nothing here trusts the value:
// every read may meet a getter that throws, a proxy, or a toString that lies.
import { ActionError, ACTION_ERROR_TYPE } from '../errors/action-error.ts';
import { InvalidActionError, OutputError } from '../errors/invalid-action.ts';
import { INVALID_METADATA, InvalidMetadataError } from '../errors/invalid-metadata.ts';
import { AxiosError } from '../http/axios-error.ts';
import { boundedCopy, boundedText } from '../json/bounded.ts';
import type { Settlement } from '../ops.ts';
import {
    ArrayIsArray,
    ErrorConstructor,
    JSONStringify,
    NumberIsInteger,
    ObjectCreate,
    ObjectKeys,
    StringConstructor,
    StringPrototypeSlice,
    StringPrototypeToLowerCase,
} from '../primordials.ts';

export type RunError = Extract<Settlement, { kind: 'threw' }>['error'];

/** What Nango answers where the error itself says no status. */
const DEFAULT_STATUS = 500;
/** A code is a word. */
const MAX_CODE_UNITS = 1_000;
/** Headers of an upstream answer that a report shows, and the bytes of JSON that their values may take together. */
const MAX_SHOWN_HEADERS = 100;
const MAX_HEADER_BYTES = 99_000;
/** The status of too many requests. */
const RATE_LIMITED = 429;
/** Headers of an upstream answer that a report shows, beside those that start with `x-rate`: Nango's. */
const SHOWN_HEADER = 'content-type';
/** onevent's: it says when a retry makes sense. */
const RETRY_AFTER = 'retry-after';
const SHOWN_HEADER_PREFIX = 'x-rate';

/** A field of anything, or undefined. */
function read(value: unknown, field: string): unknown {
    try {
        return (value as Record<string, unknown>)[field];
    } catch {
        return undefined;
    }
}

function text(value: unknown, field: string): string | undefined {
    const found = read(value, field);
    return typeof found === 'string' ? boundedText(found, field === 'code' ? MAX_CODE_UNITS : undefined) : undefined;
}

function isError(value: unknown): boolean {
    try {
        return value instanceof ErrorConstructor;
    } catch {
        return false;
    }
}

/** A payload is an object: other values become its `message`. */
function payloadOf(value: unknown): unknown {
    const copy = boundedCopy(value);
    if (copy === undefined || copy === null || copy === '') {
        return {};
    }
    return typeof copy === 'object' && !ArrayIsArray(copy) ? copy : { message: copy };
}

function actionError(error: ActionError): RunError {
    const payload = read(error, 'payload');
    return {
        type: ACTION_ERROR_TYPE,
        code: ACTION_ERROR_TYPE,
        message: text(error, 'message') ?? '',
        payload: payload ? payloadOf(payload) : {},
        status: DEFAULT_STATUS,
    };
}

/** Also used for metadata that is found to be wrong before the run. */
export function invalidMetadata(error: InvalidMetadataError): RunError {
    return {
        type: INVALID_METADATA,
        code: INVALID_METADATA,
        message: text(error, 'message') ?? '',
        payload: payloadOf(read(error, 'payload')),
        status: DEFAULT_STATUS,
    };
}

/** Input or output of an action that violates its schema. */
function invalidAction(error: InvalidActionError): RunError {
    const { code } = error;
    const payload = payloadOf(read(error, 'payload'));
    return { type: code, code, message: text(error, 'message') ?? '', payload, status: DEFAULT_STATUS };
}

/** Output that is too large has a type of its own; what has no JSON form is an error like any other. */
function outputError(error: OutputError): RunError {
    const { code, message } = error;
    const type = code === 'script_output_too_large' ? code : 'script_internal_error';
    return { type, code, message, payload: payloadOf(message), status: type === code ? 400 : DEFAULT_STATUS };
}

function keysOf(value: object): string[] {
    try {
        return ObjectKeys(value);
    } catch {
        return [];
    }
}

function shownHeaders(headers: unknown): Record<string, unknown> {
    const shown = ObjectCreate(null) as Record<string, unknown>;
    if (typeof headers !== 'object' || headers === null) {
        return shown;
    }
    let count = 0;
    for (const key of keysOf(headers)) {
        if (count >= MAX_SHOWN_HEADERS) {
            break;
        }
        const name = boundedText(StringPrototypeToLowerCase(key), MAX_CODE_UNITS);
        const rate = StringPrototypeSlice(name, 0, SHOWN_HEADER_PREFIX.length) === SHOWN_HEADER_PREFIX;
        if (rate || name === SHOWN_HEADER || name === RETRY_AFTER) {
            count += 1;
            shown[name] = boundedCopy(read(headers, key), { maxBytes: MAX_HEADER_BYTES / MAX_SHOWN_HEADERS + 1_000 }) ?? null;
        }
    }
    return shown;
}

function includes(names: string[], wanted: string): boolean {
    for (let index = 0; index < names.length; index++) {
        if (names[index] === wanted) {
            return true;
        }
    }
    return false;
}

/** Of a body that is an object with `payload`, only that (Nango's rule). */
function upstreamPayload(body: unknown): unknown {
    const wrapped = typeof body === 'object' && body !== null && !ArrayIsArray(body) && includes(keysOf(body), 'payload');
    return payloadOf(wrapped ? read(body, 'payload') : body);
}

function httpError(error: unknown, response: object): RunError {
    const status = read(response, 'status');
    const body = read(response, 'data');
    const upstream = {
        status: NumberIsInteger(status) ? (status as number) : DEFAULT_STATUS,
        headers: shownHeaders(read(response, 'headers')),
        body: boundedCopy(body) ?? null,
    };
    // What Nango itself refuses for now is not the provider's doing.
    const limited = upstream.status === RATE_LIMITED && AxiosError.isOfNango(error);
    const type = limited ? 'script_api_rate_limit_error' : 'script_http_error';
    return {
        type,
        code: text(error, 'code') ?? type,
        message: text(error, 'message') ?? '',
        payload: upstreamPayload(body),
        status: upstream.status,
        additional_properties: { upstream_response: upstream },
    };
}

/** An `Error`: its name, code and message. */
function plainError(error: unknown, type: string): RunError {
    const message = text(error, 'message') ?? '';
    const code = read(error, 'code');
    const shownCode = typeof code === 'string' || typeof code === 'number' ? code : undefined;
    // Without a prototype: no `toJSON` of everybody's is asked what it is.
    const payload = boundedCopy({ __proto__: null, name: text(error, 'name') ?? 'Error', code: shownCode, message });
    return { type, code: shownCode === undefined ? type : boundedText(StringConstructor(shownCode), MAX_CODE_UNITS), message, payload, status: DEFAULT_STATUS };
}

/** An object that is no `Error` keeps its fields. */
function thrownObject(value: object): RunError {
    const type = 'script_internal_error';
    const payload = payloadOf(value);
    const message = text(value, 'message') ?? 'an object that is not an Error was thrown';
    return { type, code: text(value, 'code') ?? type, message, payload, status: DEFAULT_STATUS };
}

function primitiveText(value: unknown): string {
    switch (typeof value) {
        case 'string':
        case 'number':
        case 'boolean':
            return boundedText(JSONStringify(value));
        case 'function':
            return 'a function was thrown';
        case 'bigint':
            return boundedText(`${StringConstructor(value)}n`);
        default:
            // null, undefined and symbols.
            return boundedText(StringConstructor(value));
    }
}

function thrownPrimitive(value: unknown): RunError {
    const message = primitiveText(value);
    const type = 'script_internal_error';
    // Nango's runner makes an `Error` of it.
    return { type, code: type, message, payload: { name: 'Error', message }, status: DEFAULT_STATUS };
}

function classifyValue(value: unknown): RunError {
    if (typeof value !== 'object' || value === null) {
        return thrownPrimitive(value);
    }
    if (ActionError.is(value)) {
        return actionError(value);
    }
    if (InvalidMetadataError.is(value)) {
        return invalidMetadata(value);
    }
    if (InvalidActionError.is(value)) {
        return invalidAction(value);
    }
    if (OutputError.is(value)) {
        return outputError(value);
    }
    if (read(value, 'isAxiosError') === true) {
        const response = read(value, 'response');
        return typeof response === 'object' && response !== null
            ? httpError(value, response)
            : plainError(value, 'script_network_error');
    }
    return isError(value) ? plainError(value, 'script_internal_error') : thrownObject(value);
}

/** The error for a thrown value. Never throws. */
export function classify(value: unknown): RunError {
    try {
        return classifyValue(value);
    } catch {
        const type = 'script_internal_error';
        const message = 'what the function threw could not be read';
        return { type, code: type, message, payload: { message }, status: DEFAULT_STATUS };
    }
}
