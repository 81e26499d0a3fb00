// `Blob` and `File`. Evaluated at first use.
//
// Not deno_web's: its blobs keep their bytes in Rust, where the memory of a run does not count. These are views of
// memory that JavaScript allocates, and a slice is a view of the same.
(function () {
    const { core } = __bootstrap;
    const { TextDecoder, TextEncoder } = core.loadExtScript('ext:deno_web/08_text_encoding.js');
    const { coded, invalidType, join, viewOf } = core.loadExtScript('ext:onevent/digests.js');

    /** What one read of a stream gives at most. */
    const CHUNK_BYTES = 64 * 1024;
    const EMPTY = new Uint8Array(0);

    /** The bytes of a blob, not copied. */
    let bytesOf;
    let isBlob;
    /** A blob of bytes that nobody else will change. */
    let wrap;

    function typeOf(type) {
        const text = `${type}`;
        return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : '';
    }

    function partBytes(part, endings) {
        if (isBlob(part)) return bytesOf(part);
        const view = viewOf(part);
        if (view !== undefined) return view.slice();
        const text = `${part}`;
        return new TextEncoder().encode(endings === 'native' ? text.replace(/\r\n?/g, '\n') : text);
    }

    /** Where a slice begins or ends. */
    function place(value, length, standard) {
        const number = value === undefined ? standard : Math.trunc(Number(value)) || 0;
        return number < 0 ? Math.max(length + number, 0) : Math.min(number, length);
    }

    class Blob {
        #bytes;
        #type;
        constructor(parts = [], options = {}) {
            if (parts === null || typeof parts !== 'object' || typeof parts[Symbol.iterator] !== 'function') {
                throw invalidType('sources', 'a sequence', parts);
            }
            if (typeof (options ?? {}) !== 'object' && typeof options !== 'function') throw invalidType('options', 'of type object', options);
            const { endings = 'transparent', type = '' } = options ?? {};
            if (`${endings}` !== 'transparent' && `${endings}` !== 'native') {
                throw coded(new TypeError(`The property 'options.endings' is invalid. Received '${endings}'`), 'ERR_INVALID_ARG_VALUE');
            }
            const list = [];
            for (const part of parts) list.push(partBytes(part, `${endings}`));
            this.#bytes = join([...list, EMPTY]);
            this.#type = typeOf(type);
        }
        static {
            isBlob = (value) => typeof value === 'object' && value !== null && #bytes in value;
            bytesOf = (blob) => blob.#bytes;
            wrap = (bytes, type) => {
                const blob = new Blob([], { type });
                blob.#bytes = bytes;
                return blob;
            };
        }
        get size() {
            return this.#bytes.length;
        }
        get type() {
            return this.#type;
        }
        slice(start, end, type = '') {
            const length = this.#bytes.length;
            const from = place(start, length, 0);
            return wrap(this.#bytes.subarray(from, Math.max(from, place(end, length, length))), type);
        }
        async text() {
            return new TextDecoder().decode(this.#bytes);
        }
        async arrayBuffer() {
            return this.#bytes.slice().buffer;
        }
        async bytes() {
            return this.#bytes.slice();
        }
        stream() {
            return streamOf(this.#bytes);
        }
        [Symbol.for('nodejs.util.inspect.custom')](_depth, options, inspect) {
            return `${this.constructor.name} ${inspect(shownFacts(this), options)}`;
        }
    }

    function shownFacts(blob) {
        const { size, type } = blob;
        return blob instanceof File ? { size, type, name: blob.name, lastModified: blob.lastModified } : { size, type };
    }

    /** A stream of copies of bytes, chunk by chunk. */
    function streamOf(bytes) {
        const { ReadableStream } = core.loadExtScript('ext:deno_web/06_streams.js');
        let at = 0;
        return new ReadableStream({
            type: 'bytes',
            pull(controller) {
                if (at < bytes.length) controller.enqueue(bytes.slice(at, at + CHUNK_BYTES));
                at += CHUNK_BYTES;
                if (at < bytes.length) return;
                controller.close();
                controller.byobRequest?.respond(0);
            },
        });
    }

    class File extends Blob {
        #name;
        #lastModified;
        constructor(parts, name, options = {}) {
            if (arguments.length < 2) {
                throw coded(new TypeError('The "fileBits" and "fileName" arguments must be specified'), 'ERR_MISSING_ARGS');
            }
            super(parts, options);
            this.#name = `${name}`.toWellFormed();
            const modified = options?.lastModified;
            this.#lastModified = modified === undefined ? Date.now() : Number(modified) || 0;
        }
        get name() {
            return this.#name;
        }
        get lastModified() {
            return this.#lastModified;
        }
        get webkitRelativePath() {
            return '';
        }
    }

    for (const owner of [Blob, File]) {
        Object.defineProperty(owner.prototype, Symbol.toStringTag, { value: owner.name, configurable: true });
        const names = Object.getOwnPropertyNames(owner.prototype).filter((name) => name !== 'constructor');
        for (const name of names) Object.defineProperty(owner.prototype, name, { enumerable: true });
    }
    return { Blob, File, bytesOf, isBlob, streamOf, wrap };
})();
