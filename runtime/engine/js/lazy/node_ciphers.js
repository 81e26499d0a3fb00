// AES of node:crypto, as Node's stream-like objects. Evaluated at the first import of the module.
(function () {
    const { core } = __bootstrap;
    const { op_onevent_aes_cbc, op_onevent_aes_ctr } = core.ops;
    const { coded, invalidType, join } = core.loadExtScript('ext:onevent/digests.js');
    const { copyOf, dataBytes, encoded, toBuffer } = core.loadExtScript('ext:onevent/node_values.js');
    const { keyBytes } = core.loadExtScript('ext:onevent/node_keys.js');
    const web = core.loadExtScript('ext:onevent/web_crypto.js');

    const EMPTY = new Uint8Array(0);
    const BLOCK = 16;
    const invalidState = (name) => coded(new Error(`Invalid state for operation ${name}`), 'ERR_CRYPTO_INVALID_STATE');

    /** What all modes share: the key, and output in pieces whose encodings fit together. */
    class AesCipher {
        #rest = EMPTY;
        #encoding;
        done = false;
        /** The pieces of base64 and hex text join to the text of the whole, as Node's do. */
        written(bytes, encoding, last) {
            if (encoding === undefined || encoding === null || encoding === 'buffer') return toBuffer(bytes);
            if (this.#encoding !== undefined && this.#encoding !== encoding) {
                throw coded(new Error('Cannot change encoding'), 'ERR_INTERNAL_ASSERTION');
            }
            this.#encoding = encoding;
            if (last) return encoded(join([this.#rest, bytes]), encoding);
            const all = join([this.#rest, bytes]);
            const whole = all.length - boundary(all, `${encoding}`.toLowerCase());
            this.#rest = all.slice(whole);
            return encoded(all.subarray(0, whole), encoding);
        }
        checkUpdate() {
            if (this.done) throw new Error('Trying to add data in unsupported state');
        }
        setAuthTag() {
            throw invalidState('setAuthTag');
        }
        getAuthTag() {
            throw invalidState('getAuthTag');
        }
        setAAD() {
            throw invalidState('setAAD');
        }
        setAutoPadding() {
            if (this.done) throw invalidState('setAutoPadding');
            return this;
        }
    }

    /** How many bytes at the end wait for the next piece, so that no character is cut. */
    function boundary(bytes, encoding) {
        if (encoding === 'base64' || encoding === 'base64url') return bytes.length % 3;
        if (encoding === 'utf16le' || encoding === 'ucs2') return bytes.length % 2;
        if (encoding !== 'utf8' && encoding !== 'utf-8') return 0;
        for (let back = 1; back <= Math.min(3, bytes.length); back++) {
            const byte = bytes[bytes.length - back];
            if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
            if (byte < 0x80) return 0;
        }
        return 0;
    }

    /** AES-GCM: all is kept, and encrypted or checked by `final`. */
    class Gcm extends AesCipher {
        #seal;
        #key;
        #nonce;
        #associated = EMPTY;
        #tag;
        #chunks = [];
        constructor(seal, key, nonce) {
            super();
            this.#seal = seal;
            this.#key = key;
            this.#nonce = nonce;
            if (nonce.length !== 12) throw coded(new TypeError('Invalid initialization vector: onevent takes 12 bytes'), 'ERR_CRYPTO_INVALID_IV');
        }
        setAAD(bytes) {
            this.#associated = dataBytes(bytes, 'utf8', 'buffer');
            return this;
        }
        setAuthTag(tag) {
            this.#tag = dataBytes(tag, 'hex', 'buffer');
            if (this.#tag.length !== 16) throw coded(new TypeError(`Invalid authentication tag length: ${this.#tag.length}`), 'ERR_CRYPTO_INVALID_AUTH_TAG');
            return this;
        }
        getAuthTag() {
            if (!this.done || !this.#seal) throw invalidState('getAuthTag');
            return toBuffer(copyOf(this.#tag));
        }
        update(data, inputEncoding, outputEncoding) {
            const bytes = dataBytes(data, inputEncoding);
            this.checkUpdate();
            this.#chunks.push(bytes);
            return this.written(EMPTY, outputEncoding, false);
        }
        final(outputEncoding) {
            if (this.done) throw coded(new Error('Invalid state'), 'ERR_CRYPTO_INVALID_STATE');
            this.done = true;
            const input = this.#seal ? join([...this.#chunks, EMPTY]) : join([...this.#chunks, this.#tag ?? EMPTY]);
            const output = web.aesGcm(this.#seal, this.#key, this.#nonce, input, this.#associated);
            if (output === null) throw new Error('Unsupported state or unable to authenticate data');
            if (!this.#seal) return this.written(output, outputEncoding, true);
            this.#tag = output.slice(output.length - 16);
            return this.written(output.slice(0, output.length - 16), outputEncoding, true);
        }
    }

    const badDecrypt = () => coded(new Error('error:1C800064:Provider routines::bad decrypt'), 'ERR_OSSL_BAD_DECRYPT');
    const badLength = () => coded(new Error('error:1C80006B:Provider routines::wrong final block length'), 'ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH');

    /** AES-CBC, block by block: the last block of ciphertext is the vector of what follows. */
    class Cbc extends AesCipher {
        #seal;
        #key;
        #vector;
        #kept = EMPTY;
        #padded = true;
        constructor(seal, key, vector) {
            super();
            if (vector.length !== BLOCK) throw coded(new TypeError('Invalid initialization vector'), 'ERR_CRYPTO_INVALID_IV');
            this.#seal = seal;
            this.#key = key;
            this.#vector = vector;
        }
        setAutoPadding(padded = true) {
            super.setAutoPadding();
            this.#padded = Boolean(padded);
            return this;
        }
        #run(data, padded) {
            const output = new Uint8Array(data.length + BLOCK);
            const length = op_onevent_aes_cbc(this.#seal, padded, this.#key, this.#vector, data, output);
            return length < 0 ? null : output.subarray(0, length);
        }
        update(data, inputEncoding, outputEncoding) {
            const bytes = dataBytes(data, inputEncoding);
            this.checkUpdate();
            const all = join([this.#kept, bytes]);
            // The last whole block may be padding, so decryption holds it back.
            const most = this.#seal || !this.#padded ? all.length : Math.max(0, all.length - 1);
            const whole = most - (most % BLOCK);
            this.#kept = all.slice(whole);
            if (whole === 0) return this.written(EMPTY, outputEncoding, false);
            const input = all.subarray(0, whole);
            const output = this.#run(input, false);
            this.#vector = (this.#seal ? output : input).slice(whole - BLOCK);
            return this.written(output, outputEncoding, false);
        }
        final(outputEncoding) {
            if (this.done) throw coded(new Error('Invalid state'), 'ERR_CRYPTO_INVALID_STATE');
            this.done = true;
            const left = this.#kept.length;
            if (this.#padded ? !this.#seal && left !== BLOCK : left !== 0) throw badLength();
            const output = this.#padded ? this.#run(this.#kept, true) : EMPTY;
            if (output === null) throw badDecrypt();
            return this.written(output, outputEncoding, true);
        }
    }

    /** AES-CTR, byte by byte. */
    class Ctr extends AesCipher {
        #key;
        #counter;
        #position = 0;
        constructor(_seal, key, counter) {
            super();
            if (counter.length !== BLOCK) throw coded(new TypeError('Invalid initialization vector'), 'ERR_CRYPTO_INVALID_IV');
            this.#key = key;
            this.#counter = counter;
        }
        update(data, inputEncoding, outputEncoding) {
            const bytes = dataBytes(data, inputEncoding);
            this.checkUpdate();
            const output = new Uint8Array(bytes.length);
            op_onevent_aes_ctr(this.#key, this.#counter, this.#position, bytes, output);
            this.#position += bytes.length;
            return this.written(output, outputEncoding, false);
        }
        final(outputEncoding) {
            if (this.done) throw coded(new Error('Invalid state'), 'ERR_CRYPTO_INVALID_STATE');
            this.done = true;
            return this.written(EMPTY, outputEncoding, true);
        }
    }

    const MODES = { __proto__: null, gcm: Gcm, cbc: Cbc, ctr: Ctr };
    const NAMES = ['cbc', 'ctr', 'gcm'].flatMap((mode) => ['128', '192', '256'].map((bits) => `aes-${bits}-${mode}`)).sort();

    function cipher(seal, name, key, vector) {
        if (typeof name !== 'string') throw invalidType('cipher', 'of type string', name);
        const found = /^(?:id-)?aes-?(128|192|256)-(gcm|cbc|ctr)$/i.exec(name);
        if (!found) {
            throw coded(new Error(`Unknown cipher: ${name} is not available in onevent, AES in the modes CBC, CTR and GCM is`), 'ERR_CRYPTO_UNKNOWN_CIPHER');
        }
        const secret = keyBytes(key);
        const bytes = vector === null ? EMPTY : keyBytes(vector, 'iv');
        const made = new MODES[found[2].toLowerCase()](seal, secret, bytes);
        if (secret.length * 8 !== Number(found[1])) throw coded(new RangeError('Invalid key length'), 'ERR_CRYPTO_INVALID_KEYLEN');
        return made;
    }

    return {
        createCipheriv: (name, key, vector) => cipher(true, name, key, vector),
        createDecipheriv: (name, key, vector) => cipher(false, name, key, vector),
        getCiphers: () => [...NAMES],
    };
})();
