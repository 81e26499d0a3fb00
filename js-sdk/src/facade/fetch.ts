// `nango.uncontrolledFetch`: a request without credentials.
import { op_onevent_fetch } from 'ext:core/ops';

import { ActionError } from '../errors/action-error.ts';
import { bytesOf, isSearchParams } from '../http/body.ts';
import { taken } from '../http/bytes.ts';
import { RequestError } from '../http/request-error.ts';
import type { HostFailure, WireFetched } from '../ops.ts';
import { own } from '../own.ts';
import {
    ArrayPrototypePush,
    ErrorConstructor,
    ObjectDefineProperty,
    ObjectKeys,
    ObjectPrototypeToString,
    StringConstructor,
    StringPrototypeToLowerCase,
    StringPrototypeToUpperCase,
} from '../primordials.ts';

type Fields = Record<string, unknown>;

/** Statuses whose answers have no body (Fetch standard, "null body status"). */
function hasNoBody(status: number): boolean {
    return status === 101 || status === 103 || status === 204 || status === 205 || status === 304;
}

function urlOf(url: unknown): string {
    // By its tag: a function may have a URL class of its own making, but not an idea of one.
    if (ObjectPrototypeToString(url) !== '[object URL]') {
        throw new RequestError('invalid_url', 'nango.uncontrolledFetch() needs { url } with a URL object: new URL("https://…")');
    }
    return StringConstructor((url as { href: unknown }).href);
}

/** A body in bytes, and the content type that it has unless the headers say otherwise; as for every `fetch`. */
interface Body {
    bytes: Uint8Array | null;
    type: string | null;
}

function headersOf(headers: unknown, type: string | null): [string, string][] {
    const pairs: [string, string][] = [];
    let typed = type === null;
    if (typeof (headers ?? {}) !== 'object') {
        throw new RequestError('invalid_headers', 'headers must be an object of names and values');
    }
    for (const name of ObjectKeys(headers ?? {})) {
        const value = (headers as Fields)[name];
        if (value !== undefined && value !== null) {
            typed ||= StringPrototypeToLowerCase(name) === 'content-type';
            ArrayPrototypePush(pairs, [name, StringConstructor(value)]);
        }
    }
    if (!typed && type !== null) {
        ArrayPrototypePush(pairs, ['content-type', type]);
    }
    return pairs;
}

function encoded(text: string): Uint8Array {
    const { TextEncoder } = globalThis as unknown as { TextEncoder: new () => { encode(text: string): Uint8Array } };
    return new TextEncoder().encode(text);
}

function bodyOf(body: unknown): Body {
    if (body === undefined || body === null || body === '') {
        return { bytes: null, type: null };
    }
    if (typeof body === 'string') {
        return { bytes: encoded(body), type: 'text/plain;charset=UTF-8' };
    }
    if (isSearchParams(body)) {
        return { bytes: encoded(StringConstructor(body)), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
    }
    const bytes = bytesOf(body);
    if (bytes === null) {
        throw new RequestError('invalid_body', `body must be text, bytes or URLSearchParams, not ${typeof body}`);
    }
    return { bytes, type: null };
}

/** A body that was cut short: the answer is there, and reading it rejects, as in Node. */
function terminatedBody(code: string, message: string): object {
    const { ReadableStream } = globalThis as unknown as { ReadableStream: StreamClass };
    const aborted = code === 'ERR_BAD_RESPONSE';
    const cause = new ErrorConstructor(aborted ? 'other side closed' : message) as Error & { code?: string };
    cause.code = aborted ? 'UND_ERR_SOCKET' : code;
    return new ReadableStream({
        pull(controller) {
            controller.error(new TypeError('terminated', { cause }));
        },
    });
}

/** Refusals are the function's to handle: Nango throws them as an `ActionError` with a code. */
function fetchError(failure: HostFailure): Error {
    switch (failure.kind) {
        case 'network': {
            const cause = new ErrorConstructor(failure.message) as Error & { code?: string };
            cause.code = failure.code;
            return new TypeError('fetch failed', { cause });
        }
        case 'configuration':
            switch (failure.code) {
                case 'invalid_method':
                    return new TypeError(failure.message);
                case 'url_not_allowed':
                case 'too_many_redirects':
                case 'invalid_redirect':
                    return new ActionError({ code: failure.code, message: failure.message });
                default:
                    return new RequestError(failure.code, failure.message);
            }
        default:
            return new RequestError(failure.code, failure.message);
    }
}

type ResponseClass = new (
    body: Uint8Array | object | null,
    init: { status: number; statusText: string; headers: [string, string][] },
) => object;

type StreamClass = new (source: { pull(controller: { error(reason: unknown): void }): void }) => object;

type Head = Pick<WireFetched, 'status' | 'statusText' | 'headers' | 'url' | 'redirected'>;

function responseOf({ status, statusText, headers, url, redirected }: Head, body: Uint8Array | object): object {
    const { Response } = globalThis as unknown as { Response?: ResponseClass };
    if (typeof Response !== 'function') {
        throw new RequestError('unsupported', 'nango.uncontrolledFetch() needs the global Response, which was replaced');
    }
    const response = new Response(hasNoBody(status) ? null : body, { status, statusText, headers });
    // The class makes answers of its own; where an answer came from only the transport knows.
    ObjectDefineProperty(response, 'url', { value: url, configurable: true });
    ObjectDefineProperty(response, 'redirected', { value: redirected, configurable: true });
    return response;
}

/** Follows redirects under the egress policy; answers of any status resolve. */
export async function uncontrolledFetch(options: unknown): Promise<object> {
    const url = urlOf(own(options, 'url'));
    const method = StringPrototypeToUpperCase(StringConstructor(own(options, 'method') ?? 'GET'));
    const { bytes, type } = bodyOf(own(options, 'body'));
    const answer = await op_onevent_fetch({ url, method, headers: headersOf(own(options, 'headers'), type) }, bytes);
    if (answer.error === null) {
        return responseOf(answer.ok, taken(answer.ok.bytes));
    }
    const { kind, code, message, response } = answer.error;
    if (kind !== 'broken_body' || response === null) {
        throw fetchError(answer.error);
    }
    return responseOf({ ...response, url: response.lastUrl }, terminatedBody(code, message));
}
