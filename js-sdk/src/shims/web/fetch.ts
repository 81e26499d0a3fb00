// `fetch`, `Request` and `Response`: thin classes over a body in memory and the engine's own guarded transport.
// Evaluated at first use.
import { primordials } from 'ext:core/mod.js';
import { op_onevent_fetch, op_onevent_take_bytes } from 'ext:core/ops';
import { URL } from 'ext:deno_web/00_url.js';
import { AbortController, AbortSignal } from 'ext:deno_web/03_abort_signal.js';

import type { HostFailure, WireBytes, WireFetch, WireHead } from '../../ops.ts';
import { load } from '../load.ts';
import { Body, type Content, NO_BODY, extract } from './body.ts';
import { Headers } from './headers.ts';
import { type FactsInit, type RequestFacts, factsOf } from './request-facts.ts';

const METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH']);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

interface ResponseInit {
    status?: unknown;
    statusText?: unknown;
    headers?: unknown;
}

class Response extends Body {
    #status = 200;
    #statusText = '';
    readonly #headers: Headers;
    #type = 'default';
    constructor(body: unknown = null, init: ResponseInit | null = {}) {
        const content = extract(body);
        super(content);
        const options = init ?? {};
        this.#headers = new Headers(options.headers ?? undefined);
        if (options.status !== undefined) {
            this.#status = Number(options.status);
            if (!Number.isInteger(this.#status) || this.#status < 200 || this.#status > 599) {
                throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
            }
        }
        if (options.statusText !== undefined) {
            this.#statusText = `${options.statusText as string}`;
            if (/[^\t\x20-\x7e\x80-\xff]/.test(this.#statusText)) throw new TypeError('Invalid statusText');
        }
        if ((content.bytes ?? content.stream) !== null && NO_BODY.has(this.#status)) {
            throw new TypeError(`Response constructor: Invalid response status code ${this.#status}`);
        }
        if (content.type !== null && !this.#headers.has('content-type')) this.#headers.set('content-type', content.type);
    }
    static json(data?: unknown, init: ResponseInit = {}): Response {
        const text = JSON.stringify(data) as string | undefined;
        if (text === undefined) throw new TypeError('Value is not JSON serializable');
        const headers = new Headers(init.headers ?? undefined);
        if (!headers.has('content-type')) headers.set('content-type', 'application/json');
        return new Response(text, { ...init, headers });
    }
    static error(): Response {
        const response = new Response(null);
        response.#type = 'error';
        response.#status = 0;
        return response;
    }
    static redirect(url: unknown, status = 302): Response {
        const location = parseUrl(url).href;
        if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`Invalid status code ${status}`);
        return new Response(null, { status, headers: { location } });
    }
    get type(): string {
        return this.#type;
    }
    /** What the transport knows is defined on the object itself. */
    get url(): string {
        return '';
    }
    get redirected(): boolean {
        return false;
    }
    get status(): number {
        return this.#status;
    }
    get ok(): boolean {
        return this.#status >= 200 && this.#status <= 299;
    }
    get statusText(): string {
        return this.#statusText;
    }
    override get headers(): Headers {
        return this.#headers;
    }
    clone(): Response {
        const { bytes, stream } = Body.copied(this);
        const copy = new Response(bytes ?? stream, { status: this.#status || 200, statusText: this.#statusText, headers: this.#headers });
        if (!this.#headers.has('content-type')) copy.#headers.delete('content-type');
        copy.#status = this.#status;
        copy.#type = this.#type;
        return known(copy, this.url, this.redirected);
    }
}

function known(response: Response, url: string, redirected: boolean): Response {
    Object.defineProperty(response, 'url', { value: url, configurable: true });
    Object.defineProperty(response, 'redirected', { value: redirected, configurable: true });
    return response;
}

function parseUrl(input: unknown): InstanceType<typeof URL> {
    const text = `${input as string}`;
    let url;
    try {
        url = new URL(text);
    } catch (cause) {
        throw new TypeError(`Failed to parse URL from ${text}`, { cause });
    }
    if (url.username || url.password) throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${text}`);
    return url;
}

interface RequestInit extends FactsInit {
    method?: unknown;
    body?: unknown;
    headers?: unknown;
    duplex?: unknown;
    redirect?: unknown;
    signal?: unknown;
}

type Signal = InstanceType<typeof AbortSignal>;

class Request extends Body {
    readonly #url: InstanceType<typeof URL>;
    readonly #method: string;
    readonly #headers: Headers;
    readonly #signal: Signal;
    readonly #redirect: string;
    readonly #facts: RequestFacts;
    constructor(input?: unknown, init: RequestInit | null = {}) {
        const from = input instanceof Request ? input : null;
        const options = init ?? {};
        const url = from ? from.#url : parseUrl(input);
        const method = normalMethod(options.method ?? from?.method ?? 'GET');
        const content: Content = options.body === undefined && from ? { ...Body.taken(from), type: null } : extract(options.body);
        if ((content.bytes ?? content.stream) !== null && (method === 'GET' || method === 'HEAD')) {
            throw new TypeError('Request with GET/HEAD method cannot have body.');
        }
        if (content.stream !== null && from === null && options.duplex !== 'half') {
            throw new TypeError('RequestInit: duplex option is required when sending a body.');
        }
        super(content);
        this.#url = url;
        this.#method = method;
        this.#headers = new Headers(options.headers ?? from?.headers);
        if (content.type !== null && !this.#headers.has('content-type')) this.#headers.set('content-type', content.type);
        this.#redirect = redirectMode(options.redirect ?? from?.redirect ?? 'follow');
        const signal = options.signal ?? from?.signal ?? new AbortController().signal;
        if (!(signal instanceof AbortSignal)) {
            throw new TypeError("Failed to construct 'Request': member signal is not of type AbortSignal.");
        }
        this.#signal = signal;
        this.#facts = factsOf(options, from ? from.#facts : null);
    }
    get method(): string {
        return this.#method;
    }
    get url(): string {
        return this.#url.href;
    }
    override get headers(): Headers {
        return this.#headers;
    }
    get redirect(): string {
        return this.#redirect;
    }
    get signal(): Signal {
        return this.#signal;
    }
    get duplex(): string {
        return 'half';
    }
    get destination(): string {
        return '';
    }
    get cache(): string {
        return this.#facts.cache;
    }
    get credentials(): string {
        return this.#facts.credentials;
    }
    get integrity(): string {
        return this.#facts.integrity;
    }
    get keepalive(): boolean {
        return this.#facts.keepalive;
    }
    get mode(): string {
        return this.#facts.mode;
    }
    get referrer(): string {
        return this.#facts.referrer;
    }
    get referrerPolicy(): string {
        return this.#facts.referrerPolicy;
    }
    get isHistoryNavigation(): boolean {
        return false;
    }
    get isReloadNavigation(): boolean {
        return false;
    }
    clone(): Request {
        const { bytes, stream } = Body.copied(this);
        const body = bytes ?? stream ?? undefined;
        const { method } = this;
        return new Request(this.url, { ...this.#facts, method, body, headers: this.#headers, signal: this.#signal, duplex: 'half' });
    }
}

function normalMethod(method: unknown): string {
    const text = `${method as string}`;
    if (!TOKEN.test(text)) throw new TypeError(`'${text}' is not a valid HTTP method.`);
    if (/^(?:connect|trace|track)$/i.test(text)) throw new TypeError(`'${text}' HTTP method is unsupported.`);
    return METHODS.has(text.toUpperCase()) && text.toUpperCase() !== 'PATCH' ? text.toUpperCase() : text;
}

function redirectMode(mode: unknown): string {
    if (mode !== 'follow') throw new TypeError(`the redirect mode ${mode as string} is not available in onevent: redirects are followed`);
    return mode;
}

function failure({ kind, code, message }: HostFailure): TypeError {
    const cause = Object.assign(new Error(message), { code });
    return kind === 'network' ? new TypeError('fetch failed', { cause }) : new TypeError(`fetch failed: ${message}`, { cause });
}

/** A body that was cut short: the answer is there, and reading it rejects, as in Node. */
function terminatedBody({ code, message }: HostFailure): ReadableStream {
    const aborted = code === 'ERR_BAD_RESPONSE';
    const cause = Object.assign(new Error(aborted ? 'other side closed' : message), { code: aborted ? 'UND_ERR_SOCKET' : code });
    const { ReadableStream } = load<{ ReadableStream: typeof globalThis.ReadableStream }>('ext:deno_web/06_streams.js');
    return new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated', { cause })) });
}

/** In memory that counts against the run. */
function taken({ id, length }: WireBytes): Uint8Array {
    const bytes = new primordials.Uint8Array(length);
    op_onevent_take_bytes(id, bytes);
    return bytes;
}

/** The answer with its body, also where nobody waits for it any more: else the bytes would be kept until the run ends. */
async function asked(wire: WireFetch, body: Uint8Array | null) {
    const answer = await op_onevent_fetch(wire, body);
    return { ...answer, body: answer.error === null ? taken(answer.ok.bytes) : null };
}

type Head = Pick<WireHead, 'status' | 'statusText' | 'headers' | 'redirected'>;

function responseOf({ status, statusText, headers, redirected }: Head, url: string, body: unknown): Response {
    return known(new Response(NO_BODY.has(status) ? null : body, { status, statusText, headers }), url, redirected);
}

function aborted(signal: Signal): Promise<never> {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
}

/** A request without credentials of the connection's, under the same egress policy as `nango.uncontrolledFetch`. */
async function fetch(input: unknown, init: RequestInit | undefined = undefined): Promise<Response> {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const { bytes, stream } = Body.taken(request);
    const body = stream === null ? bytes : await load<typeof import('./bodies.ts')>('ext:onevent/bodies.js').collect(stream);
    request.signal.throwIfAborted();
    const wire = { url: request.url, method: request.method, headers: [...request.headers] };
    const { ok, error, body: got } = await Promise.race([asked(wire, body), aborted(request.signal)]);
    if (error === null) return responseOf(ok, ok.url, got);
    const head = error.response;
    if (error.kind !== 'broken_body' || head === null) throw failure(error);
    return responseOf(head, head.lastUrl, terminatedBody(error));
}

for (const owner of [Request, Response]) {
    Object.defineProperty(owner.prototype, Symbol.toStringTag, { value: owner.name, configurable: true });
}
export { Headers, Request, Response, fetch };
