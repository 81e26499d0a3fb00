// The `data` of an answer with responseType `stream`: what authors use of Node's Readable, over bytes that are there.
// Evaluated at the first such answer.
(function () {
    const { core } = __bootstrap;
    const { Buffer } = core.loadExtScript('ext:onevent/buffer.js');
    const { TextDecoder } = core.loadExtScript('ext:deno_web/08_text_encoding.js');
    const { setTimeout } = core.loadExtScript('ext:deno_web/02_timers.js');
    const { coded, invalidType } = core.loadExtScript('ext:onevent/digests.js');

    /** What one chunk holds at most: a multiple of 2 and 3, so that no encoding cuts a character or a group of base64. */
    const CHUNK_BYTES = 48 * 1024;

    /** Node's EventEmitter, as far as streams need it. */
    class Emitter {
        #listeners = new Map();
        on(name, listener) {
            if (typeof listener !== 'function') throw invalidType('listener', 'of type function', listener);
            const known = this.#listeners.get(name);
            this.#listeners.set(name, known ? [...known, { listener, once: false }] : [{ listener, once: false }]);
            return this;
        }
        once(name, listener) {
            this.on(name, listener);
            this.#listeners.get(name).at(-1).once = true;
            return this;
        }
        off(name, listener) {
            const known = this.#listeners.get(name) ?? [];
            const at = known.findLastIndex((one) => one.listener === listener);
            if (at !== -1) this.#listeners.set(name, known.toSpliced(at, 1));
            return this;
        }
        addListener(name, listener) {
            return this.on(name, listener);
        }
        removeListener(name, listener) {
            return this.off(name, listener);
        }
        removeAllListeners(name) {
            if (name === undefined) this.#listeners.clear();
            else this.#listeners.delete(name);
            return this;
        }
        listenerCount(name) {
            return this.#listeners.get(name)?.length ?? 0;
        }
        listeners(name) {
            return (this.#listeners.get(name) ?? []).map((one) => one.listener);
        }
        eventNames() {
            return [...this.#listeners.keys()].filter((name) => this.listenerCount(name) > 0);
        }
        emit(name, ...values) {
            const known = this.#listeners.get(name) ?? [];
            if (known.length === 0 && name === 'error') throw values[0];
            for (const one of known) {
                if (one.once) this.#listeners.set(name, this.#listeners.get(name).filter((other) => other !== one));
                Reflect.apply(one.listener, this, values);
            }
            return known.length > 0;
        }
    }

    const later = (callback) => setTimeout(callback, 0);

    class Readable extends Emitter {
        #bytes;
        #at = 0;
        #decoder = null;
        #encoding = null;
        /** Null until somebody says whether data is to flow. */
        #flowing = null;
        #scheduled = false;
        #ended = false;
        #destroyed = false;
        #failure = null;
        #pipes = [];
        constructor(bytes) {
            super();
            this.#bytes = bytes;
        }
        get readable() {
            return !this.#destroyed && !this.#ended;
        }
        get readableEnded() {
            return this.#ended;
        }
        get readableFlowing() {
            return this.#flowing;
        }
        get readableLength() {
            return this.#bytes.length - this.#at;
        }
        get readableEncoding() {
            return this.#encoding;
        }
        get readableObjectMode() {
            return false;
        }
        get destroyed() {
            return this.#destroyed;
        }
        get errored() {
            return this.#failure;
        }
        on(name, listener) {
            super.on(name, listener);
            if (name === 'data' && this.#flowing !== false) this.resume();
            if (name === 'readable') {
                this.#flowing = false;
                this.#schedule();
            }
            return this;
        }
        setEncoding(encoding = 'utf8') {
            const name = `${encoding}`.toLowerCase();
            if (!Buffer.isEncoding(name)) throw coded(new TypeError(`Unknown encoding: ${encoding}`), 'ERR_UNKNOWN_ENCODING');
            this.#encoding = name === 'utf-8' ? 'utf8' : name;
            this.#decoder = this.#encoding === 'utf8' ? new TextDecoder('utf-8', { ignoreBOM: true }) : null;
            return this;
        }
        pause() {
            this.#flowing = false;
            return this;
        }
        resume() {
            this.#flowing = true;
            this.#schedule();
            return this;
        }
        isPaused() {
            return this.#flowing === false;
        }
        /** The next chunk, of `size` bytes where that is given; null where there is none. */
        read(size) {
            const left = this.#bytes.length - this.#at;
            if (this.#destroyed || this.#ended) return null;
            if (left === 0) {
                later(() => this.#end());
                return null;
            }
            if (size === 0) return null;
            const chunk = this.#next(size === undefined ? CHUNK_BYTES : Number(size));
            this.#schedule();
            return chunk;
        }
        #next(size) {
            const piece = this.#bytes.subarray(this.#at, this.#at + size);
            this.#at += piece.length;
            if (this.#encoding === null) return Buffer.from(piece);
            if (this.#decoder === null) return Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString(this.#encoding);
            return this.#decoder.decode(piece, { stream: this.#at < this.#bytes.length });
        }
        /** One step later: a chunk to who listens, or the end. */
        #schedule() {
            if (this.#scheduled || this.#destroyed || this.#ended) return;
            this.#scheduled = true;
            later(() => {
                this.#scheduled = false;
                this.#step();
            });
        }
        #step() {
            if (this.#destroyed || this.#ended) return;
            const isDone = this.#at === this.#bytes.length;
            if (this.#flowing === true) {
                if (isDone) {
                    this.#end();
                    return;
                }
                const chunk = this.#next(CHUNK_BYTES);
                this.#schedule();
                if (chunk.length > 0) this.emit('data', chunk);
            } else if (this.listenerCount('readable') > 0) {
                this.emit('readable');
                if (isDone) this.#end();
            }
        }
        #end() {
            if (this.#ended || this.#destroyed) return;
            this.#ended = true;
            later(() => this.destroy());
            this.emit('end');
        }
        destroy(error) {
            if (this.#destroyed) return this;
            this.#destroyed = true;
            this.#bytes = new Uint8Array(0);
            this.#at = 0;
            this.#failure = error ?? null;
            later(() => {
                later(() => this.emit('close'));
                if (error) this.emit('error', error);
            });
            return this;
        }
        pipe(destination, options) {
            const write = (chunk) => {
                if (destination.write(chunk) !== false || typeof destination.once !== 'function') return;
                this.pause();
                destination.once('drain', () => this.resume());
            };
            const end = () => destination.end();
            this.#pipes.push({ destination, write, end });
            if (options?.end !== false) this.once('end', end);
            if (typeof destination.emit === 'function') destination.emit('pipe', this);
            this.on('data', write);
            return destination;
        }
        unpipe(destination) {
            const isMeant = (pipe) => destination === undefined || pipe.destination === destination;
            for (const { write, end } of this.#pipes.filter(isMeant)) this.off('data', write).off('end', end);
            this.#pipes = this.#pipes.filter((pipe) => !isMeant(pipe));
            if (this.#pipes.length === 0) this.pause();
            return this;
        }
        async *[Symbol.asyncIterator]() {
            try {
                while (!this.#destroyed && !this.#ended && this.#at < this.#bytes.length) {
                    const chunk = this.#next(CHUNK_BYTES);
                    if (chunk.length > 0) yield chunk;
                }
                if (this.#failure !== null) throw this.#failure;
                this.#end();
            } finally {
                this.destroy();
            }
        }
        iterator() {
            return this[Symbol.asyncIterator]();
        }
        async toArray() {
            const chunks = [];
            for await (const chunk of this) chunks.push(chunk);
            return chunks;
        }
    }

    return { readable: (bytes) => new Readable(bytes) };
})();
