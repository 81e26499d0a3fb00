// From the host's answer to axios' response.
import type { HostFailure, WireHead, WireRequest, WireResponse } from '../ops.ts';
import { JSONParse, StringPrototypeCharCodeAt, StringPrototypeSlice, StringPrototypeToLowerCase, Uint8ArrayConstructor } from '../primordials.ts';
import type { ProxyResponse } from '../types.ts';
import { taken } from './bytes.ts';
import { AxiosError, brokenBodyError, networkError, statusError } from './axios-error.ts';
import { ResponseHeaders } from './headers.ts';
import { asBuffer, asStream } from './lazy.ts';
import type { BuiltRequest } from './request.ts';
import { RequestError } from './request-error.ts';

const BYTE_ORDER_MARK = 0xfeff;
/** Scheme; an IPv6 address, or another host; path with query. */
const URL_PARTS = /^([a-z][a-z0-9+.-]*:)\/\/(?:\[([^\]]*)\]|([^/?#:]*))(?::\d+)?([^#]*)/i;
const exec = RegExp.prototype.exec;

/** As axios: JSON if it parses, text if it does not, `''` for nothing. */
function parseText(text: string, wanted: WireRequest['responseType']): unknown {
    const body = StringPrototypeCharCodeAt(text, 0) === BYTE_ORDER_MARK ? StringPrototypeSlice(text, 1) : text;
    if (body === '' || wanted === 'text') {
        return body;
    }
    try {
        return JSONParse(body);
    } catch {
        return body;
    }
}

/** What axios shows of its request; the host's credentials are not in it. */
export function configOf({ wire, data, answerAs }: Pick<BuiltRequest, 'wire' | 'data' | 'answerAs'>): ProxyResponse['config'] {
    const headers: Record<string, string> = {};
    for (const [name, value] of wire.headers) {
        headers[StringPrototypeToLowerCase(name)] = value;
    }
    const config: Record<string, unknown> = {
        url: wire.endpoint,
        method: StringPrototypeToLowerCase(wire.method),
        headers,
        responseType: answerAs,
    };
    const params = wire.paramsText ?? wire.paramsPairs;
    if (params !== null) {
        config['params'] = params;
    }
    if (wire.bodyKind !== 'none') {
        config['data'] = wire.bodyText ?? data;
    }
    return config;
}

/** What Node and follow-redirects leave of the last request: the host is the name alone. */
function requestOf({ lastMethod, lastUrl }: WireHead): ProxyResponse['request'] {
    const parts: (string | undefined)[] = Reflect.apply(exec, URL_PARTS, [lastUrl]) ?? [];
    return {
        method: lastMethod,
        protocol: parts[1] ?? '',
        host: parts[2] ?? parts[3] ?? '',
        path: parts[4] || '/',
        res: { responseUrl: lastUrl },
    };
}

function dataOf({ wire, answerAs }: BuiltRequest, answer: WireResponse): unknown {
    if (answer.text !== null) {
        return parseText(answer.text, wire.responseType);
    }
    const bytes = answer.bytes === null ? new Uint8ArrayConstructor() : taken(answer.bytes);
    return answerAs === 'stream' ? asStream(bytes) : asBuffer(bytes);
}

function responseOf(head: WireHead, config: ProxyResponse['config'], data: unknown): ProxyResponse {
    return {
        data,
        status: head.status,
        statusText: head.statusText,
        headers: new ResponseHeaders(head.headers) as unknown as Record<string, string>,
        config: { ...config, url: head.url },
        request: requestOf(head),
    };
}

/** The response of an answer, whatever its status. */
export function toResponse(request: BuiltRequest, answer: WireResponse): ProxyResponse {
    return responseOf(answer, configOf(request), dataOf(request, answer));
}

/** The answer that Nango's own API would have given. */
export function apiResponse(
    status: number,
    statusText: string,
    data: unknown,
    config: ProxyResponse['config'],
): ProxyResponse {
    const headers = new ResponseHeaders([['content-type', 'application/json; charset=utf-8']]);
    return { data, status, statusText, headers: headers as unknown as Record<string, string>, config, request: {} };
}

/** The error for what the host could not do. */
export function failureError(failure: HostFailure, config: ProxyResponse['config']): Error {
    switch (failure.kind) {
        case 'network':
            return networkError(failure.code, failure.message, config);
        case 'broken_body': {
            const head = failure.response;
            return head === null
                ? networkError(failure.code, failure.message, config)
                : brokenBodyError(failure.code, failure.message, responseOf(head, config, undefined));
        }
        case 'api': {
            const data = { error: { code: failure.code, message: failure.message } };
            return AxiosError.ofNango(statusError(apiResponse(failure.status ?? 500, '', data, config)));
        }
        case 'answer': {
            const data: unknown = failure.body === null ? null : JSONParse(failure.body);
            return statusError(apiResponse(failure.status ?? 500, '', data, config));
        }
        case 'configuration':
        case 'unsupported':
            return new RequestError(failure.code, failure.message);
    }
}

/** The response, or the error that axios would throw for it. */
export function settleResponse(response: ProxyResponse): ProxyResponse {
    if (response.status >= 200 && response.status < 300) {
        return response;
    }
    throw statusError(response);
}
