// The modules `crypto` and `node:crypto`. Evaluated at the first import.
(function () {
    const { core } = __bootstrap;
    const { op_onevent_equal, op_onevent_random } = core.ops;
    const { Buffer } = core.loadExtScript('ext:onevent/buffer.js');
    const { setTimeout } = core.loadExtScript('ext:deno_web/02_timers.js');
    const { DIGESTS, digestName, digest, hmac, coded, invalidType, join, received, viewOf } = core.loadExtScript('ext:onevent/digests.js');
    const web = core.loadExtScript('ext:onevent/web_crypto.js');

    const toBuffer = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const encoded = (bytes, encoding) =>
        encoding === undefined || encoding === null || encoding === 'buffer' ? toBuffer(bytes) : toBuffer(bytes).toString(encoding);
    const outOfRange = (name, range, value) =>
        coded(new RangeError(`The value of "${name}" is out of range. It must be ${range}. Received ${value}`), 'ERR_OUT_OF_RANGE');

    const copyOf = (bytes) => bytes.slice();

    function dataBytes(data, encoding, name = 'data') {
        if (typeof data === 'string' && name === 'data' && encoding === 'hex' && data.length % 2 === 1) {
            throw coded(new TypeError(`The argument 'encoding' is invalid for data of length ${data.length}. Received 'hex'`), 'ERR_INVALID_ARG_VALUE');
        }
        if (typeof data === 'string') return Buffer.from(data, encoding === 'buffer' ? 'utf8' : encoding);
        if (!ArrayBuffer.isView(data)) {
            throw invalidType(name, 'of type string or an instance of Buffer, TypedArray, or DataView', data);
        }
        return copyOf(viewOf(data));
    }

    function keyBytes(key, name = 'key') {
        if (typeof key === 'string') return Buffer.from(key, 'utf8');
        if (key instanceof KeyObject) return secrets.get(key);
        const bytes = viewOf(key) ?? web.secretOf(key);
        if (bytes === undefined) {
            throw invalidType(name, 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey', key);
        }
        return copyOf(bytes);
    }

    const invalidDigest = (name) => coded(new TypeError(`Invalid digest: ${name}`), 'ERR_CRYPTO_INVALID_DIGEST');
    const finalized = () => coded(new Error('Digest already called'), 'ERR_CRYPTO_HASH_FINALIZED');

    class Hash {
        #name;
        #chunks = [];
        #done = false;
        constructor(algorithm, chunks = []) {
            if (typeof algorithm !== 'string') throw invalidType('algorithm', 'of type string', algorithm);
            this.#name = digestName(algorithm);
            if (this.#name === undefined) throw new Error('Digest method not supported');
            this.#chunks = chunks;
        }
        copy() {
            if (this.#done) throw finalized();
            return new Hash(this.#name, [...this.#chunks]);
        }
        update(data, encoding) {
            if (this.#done) throw finalized();
            this.#chunks.push(dataBytes(data, encoding));
            return this;
        }
        digest(encoding) {
            if (this.#done) throw finalized();
            this.#done = true;
            return encoded(digest(this.#name, join(this.#chunks)), encoding);
        }
    }

    class Hmac {
        #name;
        #key;
        #chunks = [];
        #done = false;
        constructor(algorithm, key) {
            if (typeof algorithm !== 'string') throw invalidType('hmac', 'of type string', algorithm);
            this.#key = keyBytes(key);
            this.#name = digestName(algorithm);
            if (this.#name === undefined) throw invalidDigest(algorithm);
        }
        update(data, encoding) {
            if (this.#done) throw finalized();
            this.#chunks.push(dataBytes(data, encoding));
            return this;
        }
        digest(encoding) {
            // Node answers a second call with nothing.
            if (this.#done) return encoded(new Uint8Array(0), encoding);
            this.#done = true;
            return encoded(hmac(this.#name, this.#key, join(this.#chunks)), encoding);
        }
    }

    const secrets = new WeakMap();
    /** Secret keys only. */
    class KeyObject {
        constructor(bytes) {
            secrets.set(this, bytes);
        }
        get type() {
            return 'secret';
        }
        get symmetricKeySize() {
            return secrets.get(this).length;
        }
        export(options) {
            const bytes = copyOf(secrets.get(this));
            if (options?.format === 'jwk') return { kty: 'oct', k: toBuffer(bytes).toString('base64url') };
            return toBuffer(bytes);
        }
        equals(other) {
            const [one, two] = [secrets.get(this), secrets.get(other)];
            return two !== undefined && one.length === two.length && op_onevent_equal(one, two);
        }
    }

    function createSecretKey(key, encoding) {
        const bytes = typeof key === 'string' ? Buffer.from(key, encoding) : viewOf(key);
        if (bytes === undefined) {
            throw invalidType('key', 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', key);
        }
        return new KeyObject(copyOf(bytes));
    }

    function checkSize(name, value, most = 2147483647) {
        if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
        if (!(value >= 0 && value <= most)) throw outOfRange(name, `>= 0 && <= ${most}`, value);
        return Math.trunc(value);
    }

    /** Calls back later, as every asynchronous function of Node does. */
    function later(callback, compute) {
        setTimeout(() => {
            let value;
            try {
                value = compute();
            } catch (error) {
                callback(error);
                return;
            }
            callback(null, value);
        }, 0);
    }

    function randomBytes(size, callback) {
        const bytes = new Uint8Array(checkSize('size', size));
        const fill = () => {
            op_onevent_random(bytes);
            return toBuffer(bytes);
        };
        return callback === undefined ? fill() : later(callback, fill);
    }

    function randomFillSync(target, offset = 0, size) {
        const bytes = viewOf(target);
        if (bytes === undefined) throw invalidType('buf', 'an instance of ArrayBuffer or ArrayBufferView', target);
        const unit = target.BYTES_PER_ELEMENT ?? 1;
        const from = checkSize('offset', offset, bytes.length / unit) * unit;
        const length = size === undefined ? bytes.length - from : checkSize('size', size, (bytes.length - from) / unit) * unit;
        op_onevent_random(bytes.subarray(from, from + length));
        return target;
    }

    function randomFill(target, ...rest) {
        const callback = rest.pop();
        later(callback, () => randomFillSync(target, ...rest));
    }

    const MAX_RANGE = 2 ** 48 - 1;
    function randomInt(min, max, callback) {
        if (max === undefined || typeof max === 'function') [min, max, callback] = [0, min, max];
        if (!Number.isSafeInteger(min)) throw invalidType('min', 'a safe integer', min);
        if (!Number.isSafeInteger(max)) throw invalidType('max', 'a safe integer', max);
        if (max <= min) throw outOfRange('max', `greater than the value of "min" (${min})`, max);
        const range = max - min;
        if (range > MAX_RANGE) throw outOfRange('max - min', `<= ${MAX_RANGE}`, range);
        // Numbers above the last whole multiple of the range are thrown away, so that each is as likely as the other.
        const limit = MAX_RANGE + 1 - ((MAX_RANGE + 1) % range);
        const pick = () => {
            for (;;) {
                const drawn = randomBytes(6).readUIntBE(0, 6);
                if (drawn < limit) return min + (drawn % range);
            }
        };
        return callback === undefined ? pick() : later(callback, pick);
    }

    function timingSafeEqual(one, other) {
        const [a, b] = [viewOf(one), viewOf(other)];
        for (const [name, bytes] of [['buf1', a], ['buf2', b]]) {
            if (bytes === undefined) {
                throw coded(new TypeError(`The "${name}" argument must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView.`), 'ERR_INVALID_ARG_TYPE');
            }
        }
        if (a.length !== b.length) {
            throw coded(new RangeError('Input buffers must have the same byte length'), 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH');
        }
        return op_onevent_equal(a, b);
    }

    function pbkdf2Sync(password, salt, iterations, length, algorithm) {
        if (typeof algorithm !== 'string') throw invalidType('digest', 'of type string', algorithm);
        const [secret, grain] = [dataBytes(password, 'utf8', 'password'), dataBytes(salt, 'utf8', 'salt')];
        if (typeof iterations !== 'number') throw invalidType('iterations', 'of type number', iterations);
        if (!Number.isInteger(iterations)) throw outOfRange('iterations', 'an integer', iterations);
        if (!(iterations >= 1 && iterations <= 2147483647)) throw outOfRange('iterations', '>= 1 && <= 2147483647', iterations);
        if (typeof length !== 'number') throw invalidType('keylen', 'of type number', length);
        if (!Number.isInteger(length)) throw outOfRange('keylen', 'an integer', length);
        if (!(length >= 0 && length <= 2147483647)) throw outOfRange('keylen', '>= 0 && <= 2147483647', length);
        const name = digestName(algorithm);
        if (name === undefined) throw invalidDigest(algorithm);
        return toBuffer(web.pbkdf2(name, secret, grain, iterations, length));
    }

    const pbkdf2 = (password, salt, iterations, length, algorithm, callback) =>
        later(callback, () => pbkdf2Sync(password, salt, iterations, length, algorithm));

    function hkdfSync(algorithm, key, salt, info, length) {
        const name = digestName(algorithm);
        if (name === undefined) throw invalidDigest(algorithm);
        return web.hkdf(name, keyBytes(key, 'ikm'), dataOrBuffer(salt, 'salt'), dataOrBuffer(info, 'info'), checkSize('length', length)).buffer;
    }

    const dataOrBuffer = (value, name) => (value instanceof ArrayBuffer ? viewOf(value) : dataBytes(value, 'utf8', name));

    const hkdf = (algorithm, key, salt, info, length, callback) =>
        later(callback, () => hkdfSync(algorithm, key, salt, info, length));

    /** AES-GCM as Node's stream-like objects: all is kept, and encrypted or checked by `final`. */
    class Gcm {
        #seal;
        #key;
        #nonce;
        #associated = new Uint8Array(0);
        #tag;
        #chunks = [];
        #done = false;
        constructor(seal, cipher, key, nonce) {
            const found = /^(?:id-)?aes-?(128|256)-gcm$/i.exec(cipher);
            if (!found) {
                throw coded(new Error(`the cipher ${received(cipher)} is not available in onevent: aes-128-gcm and aes-256-gcm are`), 'ERR_CRYPTO_UNKNOWN_CIPHER');
            }
            this.#seal = seal;
            this.#key = keyBytes(key);
            if (this.#key.length * 8 !== Number(found[1])) throw coded(new RangeError('Invalid key length'), 'ERR_CRYPTO_INVALID_KEYLEN');
            this.#nonce = keyBytes(nonce, 'iv');
            if (this.#nonce.length !== 12) throw coded(new TypeError('Invalid initialization vector: onevent takes 12 bytes'), 'ERR_CRYPTO_INVALID_IV');
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
            if (!this.#done) throw coded(new Error('Invalid state for operation getAuthTag'), 'ERR_CRYPTO_INVALID_STATE');
            return toBuffer(copyOf(this.#tag));
        }
        update(data, inputEncoding, outputEncoding) {
            if (this.#done) throw coded(new Error('Invalid state for operation update'), 'ERR_CRYPTO_INVALID_STATE');
            this.#chunks.push(dataBytes(data, inputEncoding));
            return encoded(new Uint8Array(0), outputEncoding);
        }
        final(outputEncoding) {
            if (this.#done) throw coded(new Error('Unsupported state'), 'ERR_CRYPTO_INVALID_STATE');
            this.#done = true;
            const input = this.#seal ? join(this.#chunks) : join([...this.#chunks, this.#tag ?? new Uint8Array(0)]);
            const output = web.aesGcm(this.#seal, this.#key, this.#nonce, input, this.#associated);
            if (output === null) throw new Error('Unsupported state or unable to authenticate data');
            if (!this.#seal) return encoded(output, outputEncoding);
            this.#tag = output.slice(output.length - 16);
            return encoded(output.slice(0, output.length - 16), outputEncoding);
        }
    }

    const notAvailable = (name) => {
        const refuse = function () {
            const text = `crypto.${name} is not available in onevent (docs/globals.md lists what is)`;
            throw coded(new Error(text), 'ERR_METHOD_NOT_IMPLEMENTED');
        };
        Object.defineProperty(refuse, 'name', { value: name });
        return refuse;
    };
    const NOT_AVAILABLE = (
        'checkPrime checkPrimeSync createDiffieHellman createDiffieHellmanGroup createECDH createPrivateKey createPublicKey ' +
        'createSign createVerify diffieHellman generatePrime generatePrimeSync getCipherInfo getCurves getDiffieHellman ' +
        'generateKeyPair generateKeyPairSync generateKey generateKeySync privateDecrypt privateEncrypt publicDecrypt ' +
        'publicEncrypt scrypt scryptSync sign setEngine setFips verify Certificate Cipher Cipheriv Decipher Decipheriv ' +
        'DiffieHellman DiffieHellmanGroup ECDH Sign Verify X509Certificate secureHeapUsed'
    ).split(' ');

    // Constructors of Node's that can be called without `new`.
    const createHash = (algorithm) => new Hash(algorithm);
    const createHmac = (algorithm, key) => new Hmac(algorithm, key);
    const exports = {
        createHash,
        createHmac,
        createSecretKey,
        createCipheriv: (cipher, key, iv) => new Gcm(true, cipher, key, iv),
        createDecipheriv: (cipher, key, iv) => new Gcm(false, cipher, key, iv),
        getCiphers: () => ['aes-128-gcm', 'aes-256-gcm'],
        getHashes: () => [...DIGESTS],
        getFips: () => 0,
        hash: (algorithm, data, encoding = 'hex') => createHash(algorithm).update(data).digest(encoding),
        hkdf,
        hkdfSync,
        pbkdf2,
        pbkdf2Sync,
        randomBytes,
        randomFill,
        randomFillSync,
        randomInt,
        randomUUID: web.randomUUID,
        timingSafeEqual,
        Hash,
        Hmac,
        KeyObject,
        constants: {},
        webcrypto: web.crypto,
        subtle: web.crypto.subtle,
        getRandomValues: web.getRandomValues,
    };
    for (const name of NOT_AVAILABLE) exports[name] = notAvailable(name);
    return exports;
})();
