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

    /** The bytes of a body and the content type that it implies. */
    function extract(body) {
        if (body === undefined || body === null) return { bytes: null, type: null };
        if (body instanceof URLSearchParams) {
            return { bytes: new TextEncoder().encode(`${body}`), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
        }
        const view = viewOf(body);
        if (view !== undefined) return { bytes: view.slice(), type: null };
        if (typeof body === 'object' && typeof body.getReader === 'function') {
            throw new TypeError('a stream as a body is not available in onevent: pass text or bytes');
        }
        return { bytes: new TextEncoder().encode(`${body}`), type: 'text/plain;charset=UTF-8' };
    }

    const notAvailable = (what) => new TypeError(`${what} is not available in onevent: use text(), json(), arrayBuffer() or bytes()`);

    /** What Request and Response share. */
    class Body {
        #bytes;
        #used = false;
        constructor(bytes) {
            this.#bytes = bytes;
        }
        static bytesOf(owner) {
            if (owner.#used) throw new TypeError('Body is unusable: Body has already been read');
            return owner.#bytes;
        }
        #take() {
            const bytes = Body.bytesOf(this);
            if (bytes === null) return new Uint8Array(0);
            this.#used = true;
            return bytes;
        }
        get bodyUsed() {
            return this.#used;
        }
        /** Null where there is none; there are no streams. */
        get body() {
            if (this.#bytes === null) return null;
            throw notAvailable('the stream `body`');
        }
        async text() {
            return new TextDecoder().decode(this.#take());
        }
        async json() {
            return JSON.parse(new TextDecoder().decode(this.#take()));
        }
        async arrayBuffer() {
            return this.#take().slice().buffer;
        }
        async bytes() {
            return this.#take().slice();
        }
        async blob() {
            throw notAvailable('blob()');
        }
        async formData() {
            throw notAvailable('formData()');
        }
    }

    class Response extends Body {
        #status = 200;
        #statusText = '';
        #headers;
        #type = 'default';
        constructor(body = null, init = {}) {
            const { bytes, type } = extract(body);
            super(bytes);
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
            if (bytes !== null && NO_BODY.has(this.#status)) {
                throw new TypeError(`Response constructor: Invalid response status code ${this.#status}`);
            }
            if (type !== null && !this.#headers.has('content-type')) this.#headers.set('content-type', type);
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
            const copy = new Response(Body.bytesOf(this), { status: this.#status || 200, statusText: this.#statusText, headers: this.#headers });
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
            const { bytes, type } = options.body === undefined && from ? { bytes: Body.bytesOf(from), type: null } : extract(options.body);
            if (bytes !== null && (method === 'GET' || method === 'HEAD')) throw new TypeError('Request with GET/HEAD method cannot have body.');
            super(bytes);
            this.#url = url;
            this.#method = method;
            this.#headers = new Headers(options.headers ?? from?.headers);
            if (type !== null && !this.#headers.has('content-type')) this.#headers.set('content-type', type);
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
            return new Request(this, { body: Body.bytesOf(this) ?? undefined, headers: this.#headers });
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
        const bytes = Body.bytesOf(request);
        const wire = { url: request.url, method: request.method, headers: [...request.headers] };
        const answered = op_onevent_fetch(wire, bytes);
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
