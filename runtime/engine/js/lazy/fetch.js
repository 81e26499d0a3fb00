// `fetch`, `Request` and `Response`: thin classes over a body in memory and the engine's own guarded transport.
// Evaluated at first use.
(function () {
    const { core } = __bootstrap;
    // Called without a receiver: deno_core hands that on through Function.prototype.call, which may be replaced.
    const { op_onevent_fetch } = core.ops;
    const { Headers } = core.loadExtScript('ext:onevent/headers.js');
    const { AbortSignal } = core.loadExtScript('ext:deno_web/03_abort_signal.js');
    const { URL, URLSearchParams } = core.loadExtScript('ext:deno_web/00_url.js');
    const { TextDecoder, TextEncoder } = core.loadExtScript('ext:deno_web/08_text_encoding.js');
    const { viewOf } = core.loadExtScript('ext:onevent/digests.js');

    const NO_BODY = new Set([101, 103, 204, 205, 304]);
    const METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH']);
    const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

    /** The body that `value` is: its bytes or its stream, and the content type that it implies. */
    function extract(value) {
        if (value === undefined || value === null) return { bytes: null, stream: null, type: null };
        const known = (bytes, type) => ({ bytes, stream: null, type });
        if (value instanceof URLSearchParams) {
            return known(new TextEncoder().encode(`${value}`), 'application/x-www-form-urlencoded;charset=UTF-8');
        }
        const view = viewOf(value);
        if (view !== undefined) return known(view.slice(), null);
        if (typeof value === 'object') {
            const bodies = core.loadExtScript('ext:onevent/bodies.js');
            const whole = bodies.whole(value);
            if (whole !== null) return known(whole.bytes, whole.type);
            if (bodies.isStream(value)) return { bytes: null, stream: streamOf(value), type: null };
        }
        return known(new TextEncoder().encode(`${value}`), 'text/plain;charset=UTF-8');
    }

    const streams = () => core.loadExtScript('ext:deno_web/06_streams.js');
    const unusable = () => new TypeError('Body is unusable: Body has already been read');

    function streamOf(value) {
        if (typeof value.getReader !== 'function') return streams().ReadableStream.from(value);
        if (streams().isReadableStreamDisturbed(value) || value.locked) {
            throw new TypeError('Response body object should not be disturbed or locked');
        }
        return value;
    }

    /** What Request and Response share: bytes in memory, or a stream of them. */
    class Body {
        #bytes;
        #stream;
        #used = false;
        constructor({ bytes, stream }) {
            this.#bytes = bytes;
            this.#stream = stream;
        }
        /** Nothing may have been read of it. */
        static check(owner) {
            if (owner.bodyUsed || owner.#stream?.locked) throw unusable();
        }
        /** The body of a copy. A stream is split in two, and each has one half. */
        static copied(owner) {
            Body.check(owner);
            if (owner.#stream === null) return { bytes: owner.#bytes, stream: null };
            const [own, other] = owner.#stream.tee();
            owner.#stream = own;
            return { bytes: null, stream: other };
        }
        /** The body, for another owner or the transport. */
        static taken(owner) {
            Body.check(owner);
            if (owner.#stream !== null) owner.#used = true;
            return { bytes: owner.#bytes, stream: owner.#stream };
        }
        async #take() {
            Body.check(this);
            if (this.#bytes === null && this.#stream === null) return new Uint8Array(0);
            this.#used = true;
            return this.#stream === null ? this.#bytes : core.loadExtScript('ext:onevent/bodies.js').collect(this.#stream);
        }
        get bodyUsed() {
            return this.#used || (this.#stream !== null && streams().isReadableStreamDisturbed(this.#stream));
        }
        get body() {
            if (this.#bytes === null) return this.#stream;
            // From here on, what is read of the stream is read of the body.
            this.#stream ??= core.loadExtScript('ext:onevent/blob.js').streamOf(this.#bytes);
            return this.#stream;
        }
        async text() {
            return new TextDecoder().decode(await this.#take());
        }
        async json() {
            return JSON.parse(new TextDecoder().decode(await this.#take()));
        }
        async arrayBuffer() {
            return (await this.#take()).slice().buffer;
        }
        async bytes() {
            return (await this.#take()).slice();
        }
        async blob() {
            const { wrap } = core.loadExtScript('ext:onevent/blob.js');
            return wrap((await this.#take()).slice(), mimeType(this.headers.get('content-type')));
        }
        async formData() {
            const { fromBody } = core.loadExtScript('ext:onevent/form_data.js');
            return fromBody((await this.#take()).slice(), this.headers.get('content-type') ?? '');
        }
    }

    /** A content type as the standard writes it: `text/html;charset=utf-8`. Empty where it is none. */
    function mimeType(text) {
        const [essence, ...parameters] = (text ?? '').split(';').map((part) => part.trim());
        if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+\/[!#$%&'*+\-.^_`|~0-9a-z]+$/i.test(essence)) return '';
        return [essence.toLowerCase(), ...parameters.filter((part) => part.includes('='))].join(';');
    }

    class Response extends Body {
        #status = 200;
        #statusText = '';
        #headers;
        #type = 'default';
        constructor(body = null, init = {}) {
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
                this.#statusText = `${options.statusText}`;
                if (/[^\t\x20-\x7e\x80-\xff]/.test(this.#statusText)) throw new TypeError('Invalid statusText');
            }
            if ((content.bytes ?? content.stream) !== null && NO_BODY.has(this.#status)) {
                throw new TypeError(`Response constructor: Invalid response status code ${this.#status}`);
            }
            if (content.type !== null && !this.#headers.has('content-type')) this.#headers.set('content-type', content.type);
        }
        static json(data, init = {}) {
            const text = JSON.stringify(data);
            if (text === undefined) throw new TypeError('Value is not JSON serializable');
            const headers = new Headers(init.headers ?? undefined);
            if (!headers.has('content-type')) headers.set('content-type', 'application/json');
            return new Response(text, { ...init, headers });
        }
        static error() {
            const response = new Response(null);
            response.#type = 'error';
            response.#status = 0;
            return response;
        }
        static redirect(url, status = 302) {
            const location = parseUrl(url).href;
            if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`Invalid status code ${status}`);
            return new Response(null, { status, headers: { location } });
        }
        get type() {
            return this.#type;
        }
        /** What the transport knows is defined on the object itself. */
        get url() {
            return '';
        }
        get redirected() {
            return false;
        }
        get status() {
            return this.#status;
        }
        get ok() {
            return this.#status >= 200 && this.#status <= 299;
        }
        get statusText() {
            return this.#statusText;
        }
        get headers() {
            return this.#headers;
        }
        clone() {
            const { bytes, stream } = Body.copied(this);
            const copy = new Response(bytes ?? stream, { status: this.#status || 200, statusText: this.#statusText, headers: this.#headers });
            if (!this.#headers.has('content-type')) copy.#headers.delete('content-type');
            copy.#status = this.#status;
            copy.#type = this.#type;
            return known(copy, this.url, this.redirected);
        }
    }

    function known(response, url, redirected) {
        Object.defineProperty(response, 'url', { value: url, configurable: true });
        Object.defineProperty(response, 'redirected', { value: redirected, configurable: true });
        return response;
    }

    function parseUrl(input) {
        let url;
        try {
            url = new URL(`${input}`);
        } catch (cause) {
            throw new TypeError(`Failed to parse URL from ${input}`, { cause });
        }
        if (url.username || url.password) throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${input}`);
        return url;
    }

    class Request extends Body {
        #url;
        #method = 'GET';
        #headers;
        #signal;
        #redirect = 'follow';
        constructor(input, init = {}) {
            const from = input instanceof Request ? input : null;
            const options = init ?? {};
            const url = from ? from.#url : parseUrl(input);
            const method = normalMethod(options.method ?? from?.method ?? 'GET');
            const content = options.body === undefined && from ? { ...Body.taken(from), type: null } : extract(options.body);
            if ((content.bytes ?? content.stream) !== null && (method === 'GET' || method === 'HEAD')) throw new TypeError('Request with GET/HEAD method cannot have body.');
            if (content.stream !== null && from === null && options.duplex !== 'half') {
                throw new TypeError('RequestInit: duplex option is required when sending a body.');
            }
            super(content);
            this.#url = url;
            this.#method = method;
            this.#headers = new Headers(options.headers ?? from?.headers);
            if (content.type !== null && !this.#headers.has('content-type')) this.#headers.set('content-type', content.type);
            this.#redirect = redirectMode(options.redirect ?? from?.redirect ?? 'follow');
            this.#signal = options.signal ?? from?.signal ?? new AbortController().signal;
            if (!(this.#signal instanceof AbortSignal)) throw new TypeError("Failed to construct 'Request': member signal is not of type AbortSignal.");
        }
        get method() {
            return this.#method;
        }
        get url() {
            return this.#url.href;
        }
        get headers() {
            return this.#headers;
        }
        get redirect() {
            return this.#redirect;
        }
        get signal() {
            return this.#signal;
        }
        clone() {
            const { bytes, stream } = Body.copied(this);
            return new Request(this.url, { method: this.method, body: bytes ?? stream ?? undefined, headers: this.#headers, signal: this.#signal, duplex: 'half' });
        }
    }

    function normalMethod(method) {
        const text = `${method}`;
        if (!TOKEN.test(text) || /^(?:connect|trace|track)$/i.test(text)) throw new TypeError(`'${text}' is not a valid HTTP method.`);
        return METHODS.has(text.toUpperCase()) && text.toUpperCase() !== 'PATCH' ? text.toUpperCase() : text;
    }

    function redirectMode(mode) {
        if (mode !== 'follow') throw new TypeError(`the redirect mode ${mode} is not available in onevent: redirects are followed`);
        return mode;
    }

    function failure({ kind, code, message }) {
        const cause = Object.assign(new Error(message), { code });
        return kind === 'network' ? new TypeError('fetch failed', { cause }) : new TypeError(`fetch failed: ${message}`, { cause });
    }

    function aborted(signal) {
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    }

    /** A request without credentials of the connection's, under the same egress policy as `nango.uncontrolledFetch`. */
    async function fetch(input, init = undefined) {
        const request = new Request(input, init);
        request.signal.throwIfAborted();
        const { bytes, stream } = Body.taken(request);
        const body = stream === null ? bytes : await core.loadExtScript('ext:onevent/bodies.js').collect(stream);
        request.signal.throwIfAborted();
        const wire = { url: request.url, method: request.method, headers: [...request.headers] };
        const answered = op_onevent_fetch(wire, body);
        const { ok, error } = await Promise.race([answered, aborted(request.signal)]);
        if (error !== null) throw failure(error);
        const { status, statusText, headers, url, redirected } = ok;
        return known(new Response(NO_BODY.has(status) ? null : ok.bytes, { status, statusText, headers }), url, redirected);
    }

    for (const owner of [Request, Response]) {
        Object.defineProperty(owner.prototype, Symbol.toStringTag, { value: owner.name, configurable: true });
    }
    return { Headers, Request, Response, fetch };
})();
