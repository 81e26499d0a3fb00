// `FormData`, and `multipart/form-data` (RFC 7578) from it and into it. Evaluated at first use.
(function () {
    const { core } = __bootstrap;
    const { TextDecoder, TextEncoder } = core.loadExtScript('ext:deno_web/08_text_encoding.js');
    const { URLSearchParams } = core.loadExtScript('ext:deno_web/00_url.js');
    const { join } = core.loadExtScript('ext:onevent/digests.js');
    const { File, bytesOf, isBlob, wrap } = core.loadExtScript('ext:onevent/blob.js');

    /** A form with more fields is no form that anyone would send. */
    const MAX_FIELDS = 10000;

    let entriesOf;
    let isFormData;

    const needed = (given, least, name) => {
        if (given < least) throw new TypeError(`FormData.${name}: ${least} arguments required, but only ${given} present.`);
    };

    /** A field as the list holds it: text, or a file. */
    function valueOf(given, value, filename, name) {
        if (!isBlob(value)) {
            if (given > 2) throw new TypeError(`Failed to execute '${name}' on 'FormData': parameter 2 is not of type 'Blob'`);
            return `${value}`.toWellFormed();
        }
        if (value instanceof File && filename === undefined) return value;
        const fileName = filename === undefined ? 'blob' : `${filename}`.toWellFormed();
        const lastModified = value instanceof File ? value.lastModified : undefined;
        return new File([value], fileName, { type: value.type, lastModified });
    }

    class FormData {
        #entries = [];
        constructor(form) {
            if (form !== undefined) throw new TypeError("Failed to construct 'FormData': parameter 1 is not of type 'HTMLFormElement'");
        }
        static {
            isFormData = (value) => typeof value === 'object' && value !== null && #entries in value;
            entriesOf = (form) => form.#entries;
        }
        append(name, value, filename) {
            needed(arguments.length, 2, 'append');
            this.#entries.push([`${name}`.toWellFormed(), valueOf(arguments.length, value, filename, 'append')]);
        }
        delete(name) {
            needed(arguments.length, 1, 'delete');
            const key = `${name}`.toWellFormed();
            this.#entries = this.#entries.filter(([one]) => one !== key);
        }
        get(name) {
            needed(arguments.length, 1, 'get');
            const key = `${name}`.toWellFormed();
            return this.#entries.find(([one]) => one === key)?.[1] ?? null;
        }
        getAll(name) {
            needed(arguments.length, 1, 'getAll');
            const key = `${name}`.toWellFormed();
            return this.#entries.filter(([one]) => one === key).map(([, value]) => value);
        }
        has(name) {
            needed(arguments.length, 1, 'has');
            const key = `${name}`.toWellFormed();
            return this.#entries.some(([one]) => one === key);
        }
        set(name, value, filename) {
            needed(arguments.length, 2, 'set');
            const entry = [`${name}`.toWellFormed(), valueOf(arguments.length, value, filename, 'set')];
            const at = this.#entries.findIndex(([one]) => one === entry[0]);
            if (at === -1) {
                this.#entries.push(entry);
                return;
            }
            this.#entries = this.#entries.filter(([one], index) => index <= at || one !== entry[0]);
            this.#entries[at] = entry;
        }
        forEach(callback, self) {
            if (typeof callback !== 'function') throw new TypeError("Failed to execute 'forEach' on 'FormData': parameter 1 is not of type 'Function'.");
            for (const [name, value] of this) callback.call(self, value, name, this);
        }
        *entries() {
            for (let at = 0; at < this.#entries.length; at++) yield [...this.#entries[at]];
        }
        *keys() {
            for (const [name] of this.entries()) yield name;
        }
        *values() {
            for (const [, value] of this.entries()) yield value;
        }
        [Symbol.for('nodejs.util.inspect.custom')](_depth, options, inspect) {
            return `FormData ${inspect(this.#entries, options)}`;
        }
    }
    Object.defineProperty(FormData.prototype, Symbol.iterator, { value: FormData.prototype.entries, writable: true, configurable: true });
    Object.defineProperty(FormData.prototype, Symbol.toStringTag, { value: 'FormData', configurable: true });

    /** Where `needle` is in `bytes`, from `from`; -1 where it is not. */
    function indexOf(bytes, needle, from) {
        for (let at = bytes.indexOf(needle[0], from); at !== -1; at = bytes.indexOf(needle[0], at + 1)) {
            let matched = 1;
            while (matched < needle.length && bytes[at + matched] === needle[matched]) matched++;
            if (matched === needle.length) return at;
        }
        return -1;
    }

    const encode = (text) => new TextEncoder().encode(text);
    const escaped = (text) => text.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22');
    const withCrlf = (text) => text.replace(/\r\n|\r|\n/g, '\r\n');

    /** The head of a field and its content. */
    function part([name, value]) {
        const start = `Content-Disposition: form-data; name="${escaped(withCrlf(name))}"`;
        if (typeof value === 'string') return [encode(`${start}\r\n\r\n`), encode(withCrlf(value))];
        const type = value.type || 'application/octet-stream';
        const filename = value.name === undefined ? '' : `; filename="${escaped(value.name)}"`;
        return [encode(`${start}${filename}\r\nContent-Type: ${type}\r\n\r\n`), bytesOf(value)];
    }

    /**
     * Bytes and content type. The boundary is the first that no field contains, not a random one: the same form is the
     * same body, so that a recorded request is found again.
     */
    function toMultipart(entries) {
        if (entries.length > MAX_FIELDS) throw new TypeError(`a form with ${entries.length} fields; ${MAX_FIELDS} are the limit`);
        const parts = entries.map(part);
        let number = 0;
        let boundary;
        do {
            boundary = `----onevent-formdata-${`${number++}`.padStart(12, '0')}`;
        } while (parts.some((pieces) => pieces.some((piece) => indexOf(piece, encode(boundary), 0) !== -1)));
        const pieces = [];
        for (const [head, content] of parts) pieces.push(encode(`--${boundary}\r\n`), head, content, encode('\r\n'));
        pieces.push(encode(`--${boundary}--\r\n`));
        return { bytes: join(pieces), type: `multipart/form-data; boundary=${boundary}` };
    }

    const invalid = () => new TypeError('Failed to parse body as FormData.');

    /** The parameters of a header's value: `form-data; name="a"`. */
    function parameters(text) {
        const found = { __proto__: null };
        for (const [, name, quoted, bare] of text.matchAll(/;\s*([^\s=;]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;]*))/g)) {
            const value = quoted ?? bare;
            found[name.toLowerCase()] ??= value.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%22/g, '"').replace(/\\(["\\])/g, '$1');
        }
        return found;
    }

    function readPart(form, head, content) {
        const headers = { __proto__: null };
        for (const line of head.split('\r\n')) {
            const colon = line.indexOf(':');
            if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
        }
        const disposition = headers['content-disposition'];
        if (disposition === undefined || !/^form-data\s*(?:;|$)/i.test(disposition)) throw invalid();
        const { name, filename } = parameters(disposition);
        if (name === undefined) throw invalid();
        if (filename === undefined) form.append(name, new TextDecoder().decode(content));
        else form.append(name, new File([content], filename, { type: headers['content-type'] ?? 'text/plain' }));
    }

    const CRLF = encode('\r\n');
    const HEAD_END = encode('\r\n\r\n');

    function fromMultipart(bytes, boundary) {
        const form = new FormData();
        const delimiter = encode(`\r\n--${boundary}`);
        let at = indexOf(bytes, encode(`--${boundary}`), 0);
        if (at !== 0 && (at === -1 || indexOf(bytes, delimiter, 0) !== at - 2)) throw invalid();
        at += delimiter.length - 2;
        for (;;) {
            if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d) return form;
            const start = indexOf(bytes, CRLF, at);
            const headEnd = start === -1 ? -1 : indexOf(bytes, HEAD_END, start);
            const end = headEnd === -1 ? -1 : indexOf(bytes, delimiter, headEnd + 2);
            if (end === -1) throw invalid();
            if (entriesOf(form).length >= MAX_FIELDS) throw new TypeError(`a form with more than ${MAX_FIELDS} fields`);
            readPart(form, new TextDecoder().decode(bytes.subarray(start + 2, headEnd)), bytes.subarray(headEnd + 4, Math.max(headEnd + 4, end)));
            at = end + delimiter.length;
        }
    }

    /** The form that a body is, by its content type. */
    function fromBody(bytes, contentType) {
        const type = contentType.split(';')[0].trim().toLowerCase();
        if (type === 'multipart/form-data') {
            const { boundary } = parameters(contentType.slice(contentType.indexOf(';')));
            if (!boundary) throw invalid();
            return fromMultipart(bytes, boundary);
        }
        if (type !== 'application/x-www-form-urlencoded') {
            throw new TypeError('Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".');
        }
        const form = new FormData();
        for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) form.append(name, value);
        return form;
    }

    return { FormData, entriesOf, fromBody, isFormData, toMultipart, wrap };
})();
