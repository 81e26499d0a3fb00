// From the configuration that an author writes to the request that crosses to the host. The caller's object is
// only read: each field once.
import type { WireRequest } from '../ops.ts';
import {
    ArrayIsArray,
    ArrayPrototypeJoin,
    ArrayPrototypePush,
    DatePrototypeToISOString,
    NumberConstructor,
    NumberIsInteger,
    ObjectKeys,
    StringConstructor,
    StringPrototypeToLowerCase,
    StringPrototypeToUpperCase,
    StringPrototypeTrim,
} from '../primordials.ts';
import { type Body, isSearchParams, NO_BODY, type Pairs, searchPairs, toBody } from './body.ts';
import { own, ownFields } from '../own.ts';
import type { Collected } from './lazy.ts';
import { RequestError } from './request-error.ts';

/** A request ready for the host. */
export interface BuiltRequest {
    wire: WireRequest;
    bytes: Uint8Array | null;
    /** Makes the bytes, where that takes time. */
    collect: (() => Promise<Collected>) | null;
    /** The response type as the author gave it. */
    answerAs: AnswerType | undefined;
    /** The body as the author gave it, for the answer's `config`. */
    data: unknown;
}

/** The response types of axios. */
export type AnswerType = 'arraybuffer' | 'blob' | 'document' | 'json' | 'stream' | 'text';

type Config = Record<string, unknown>;

/** What is read of a configuration. */
const FIELDS = [
    'endpoint', 'baseUrlOverride', 'decompress', 'method', 'headers', 'data', 'responseType', 'params', 'retries', 'retryOn',
    'retryHeader', 'forwardHeadersOnRedirect', 'providerConfigKey', 'connectionId',
] as const;

function optionalText(config: Config, field: string): string | null {
    return textOf(config[field], field);
}

function textOf(value: unknown, field: string): string | null {
    if (value === undefined || value === null) {
        return null;
    }
    if (typeof value !== 'string') {
        throw new RequestError(`invalid_${field}`, `${field} must be a string, not ${typeof value}`);
    }
    return value;
}

/** In upper case, as axios sends it. The host knows which methods there are. */
function methodOf(config: Config): string {
    return StringPrototypeToUpperCase(optionalText(config, 'method') || 'GET');
}

function headersOf(config: Config): { pairs: Pairs; contentType: string } {
    const headers = config['headers'];
    const pairs: Pairs = [];
    let contentType = '';
    if (headers === undefined || headers === null) {
        return { pairs, contentType };
    }
    if (typeof headers !== 'object' || ArrayIsArray(headers)) {
        throw new RequestError('invalid_headers', 'headers must be an object of names and values');
    }
    for (const key of ObjectKeys(headers)) {
        const value = (headers as Config)[key];
        if (value === undefined || value === null) {
            continue;
        }
        if (typeof value === 'object' && !ArrayIsArray(value)) {
            throw new RequestError('invalid_headers', `headers.${key} must be a string, not an object`);
        }
        const text = ArrayIsArray(value) ? ArrayPrototypeJoin(value, ', ') : StringConstructor(value);
        if (StringPrototypeToLowerCase(key) === 'content-type') {
            contentType = text;
        }
        ArrayPrototypePush(pairs, [key, text]);
    }
    return { pairs, contentType };
}

function paramText(name: string, value: unknown): string {
    if (value instanceof Date) {
        return DatePrototypeToISOString(value);
    }
    if (ArrayIsArray(value)) {
        return ArrayPrototypeJoin(value, ',');
    }
    if (typeof value === 'symbol') {
        throw new RequestError('invalid_query_params', `params.${name} must be text, a number, a boolean or a list`);
    }
    // An object is `[object Object]`, as in Nango: no provider wants that, but functions that do it work there.
    return StringConstructor(value);
}

function paramsOf(config: Config): Pick<WireRequest, 'paramsText' | 'paramsPairs'> {
    const params = config['params'];
    if (params === undefined || params === null || params === '') {
        return { paramsText: null, paramsPairs: null };
    }
    if (typeof params === 'string') {
        return { paramsText: params, paramsPairs: null };
    }
    if (isSearchParams(params)) {
        return { paramsText: null, paramsPairs: searchPairs(params) };
    }
    if (typeof params !== 'object' || ArrayIsArray(params)) {
        throw new RequestError('invalid_query_params', 'params must be a string or an object of names and values');
    }
    const pairs: Pairs = [];
    for (const name of ObjectKeys(params)) {
        const value = (params as Config)[name];
        // As axios: nothing to say is not said. (`undefined` and `null` as text help nobody.)
        if (value !== undefined && value !== null) {
            ArrayPrototypePush(pairs, [name, paramText(name, value)]);
        }
    }
    return { paramsText: null, paramsPairs: pairs };
}

function retriesOf(config: Config): number {
    const given = config['retries'] ?? 0;
    // A number may come as text, from metadata or an input.
    const retries = typeof given === 'string' && StringPrototypeTrim(given) !== '' ? NumberConstructor(given) : given;
    if (!NumberIsInteger(retries) || (retries as number) < 0 || (retries as number) > 0xffff_ffff) {
        throw new RequestError('invalid_retries', 'retries must be a whole number that is not negative');
    }
    return retries as number;
}

function retryOnOf(config: Config): number[] {
    const statuses = config['retryOn'] ?? [];
    if (!ArrayIsArray(statuses)) {
        throw new RequestError('invalid_retryOn', 'retryOn must be a list of HTTP statuses');
    }
    const checked: number[] = [];
    for (let index = 0; index < statuses.length; index++) {
        const status: unknown = statuses[index];
        if (!NumberIsInteger(status) || (status as number) < 100 || (status as number) > 599) {
            throw new RequestError('invalid_retryOn', `retryOn[${index}] must be an HTTP status`);
        }
        ArrayPrototypePush(checked, status as number);
    }
    return checked;
}

function answerTypeOf(config: Config): AnswerType | undefined {
    const wanted = optionalText(config, 'responseType');
    switch (wanted) {
        case null:
            return undefined;
        case 'arraybuffer':
        case 'blob':
        case 'document':
        case 'json':
        case 'stream':
        case 'text':
            return wanted;
        default:
            throw new RequestError(
                'invalid_responseType',
                `responseType '${wanted}' does not exist: use 'json', 'text', 'arraybuffer' or 'stream'`,
            );
    }
}

/** How the body crosses. As axios on Node, where `blob` and `document` are text. */
function wireResponseType(wanted: AnswerType | undefined): WireRequest['responseType'] {
    switch (wanted) {
        case undefined:
            return 'default';
        case 'blob':
        case 'document':
        case 'text':
            return 'text';
        case 'arraybuffer':
        case 'stream':
            return 'arraybuffer';
        case 'json':
            return 'json';
    }
}

/** The names of the headers that say when to try again. */
function retryHeaderOf(config: Config): Pick<WireRequest, 'retryHeaderAt' | 'retryHeaderAfter'> {
    const named = config['retryHeader'] ?? null;
    if (typeof named !== 'object') {
        throw new RequestError('invalid_retryHeader', 'retryHeader must be an object such as { after: "retry-after" }');
    }
    return {
        retryHeaderAt: textOf(own(named, 'at'), 'at'),
        retryHeaderAfter: textOf(own(named, 'after'), 'after'),
    };
}

/** Checked and otherwise without effect: answers are always decompressed. */
function checkDecompress(config: Config): void {
    const decompress = config['decompress'] ?? false;
    if (typeof decompress !== 'boolean' && decompress !== 'true' && decompress !== 'false') {
        throw new RequestError('invalid_decompress', 'decompress must be true or false');
    }
}

function forwardHeadersOf(config: Config): boolean | null {
    const forward = config['forwardHeadersOnRedirect'] ?? null;
    if (forward !== null && typeof forward !== 'boolean') {
        throw new RequestError('invalid_forwardHeadersOnRedirect', 'forwardHeadersOnRedirect must be true or false');
    }
    return forward;
}

function bodyOf(data: unknown, method: string, contentType: string): Body {
    return method === 'GET' || method === 'HEAD' || !data ? NO_BODY : toBody(data, contentType);
}

/** Checks and completes a configuration. Throws a `RequestError` that names the field. */
export function buildRequest(config: unknown): BuiltRequest {
    if (typeof config !== 'object' || config === null) {
        throw new RequestError('invalid_configuration', 'the request needs an object such as { endpoint: "/path" }');
    }
    const fields = ownFields(config, FIELDS);
    const endpoint = optionalText(fields, 'endpoint');
    const baseUrlOverride = optionalText(fields, 'baseUrlOverride');
    if (endpoint === null && baseUrlOverride === null) {
        throw new RequestError('missing_endpoint', 'the request has no endpoint');
    }
    checkDecompress(fields);
    const method = methodOf(fields);
    const { pairs, contentType } = headersOf(fields);
    const data = fields['data'];
    const { wire: body, bytes, collect } = bodyOf(data, method, contentType);
    const answerAs = answerTypeOf(fields);
    const wire: WireRequest = {
        endpoint: endpoint ?? '',
        method,
        headers: pairs,
        ...paramsOf(fields),
        ...body,
        retries: retriesOf(fields),
        retryOn: retryOnOf(fields),
        ...retryHeaderOf(fields),
        baseUrlOverride,
        responseType: wireResponseType(answerAs),
        forwardHeadersOnRedirect: forwardHeadersOf(fields),
        providerConfigKey: optionalText(fields, 'providerConfigKey'),
        connectionId: optionalText(fields, 'connectionId'),
    };
    return { wire, bytes, collect, answerAs, data };
}
