// The modules `crypto` and `node:crypto`. Evaluated at the first import.
(function () {
    const { core } = __bootstrap;
    const { op_onevent_equal, op_onevent_random, op_onevent_scrypt } = core.ops;
    const { DIGESTS, digestName, digest, hmac, coded, invalidType, join, viewOf } = core.loadExtScript('ext:onevent/digests.js');
    const web = core.loadExtScript('ext:onevent/web_crypto.js');

    const { checkSize, dataBytes, encoded, invalidDigest, later, outOfRange, toBuffer } = core.loadExtScript('ext:onevent/node_values.js');
    const nodeKeys = core.loadExtScript('ext:onevent/node_keys.js');
    const { keyBytes } = nodeKeys;
    const signatures = core.loadExtScript('ext:onevent/node_signatures.js');
    const ciphers = core.loadExtScript('ext:onevent/node_ciphers.js');

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

    /** scrypt's parameters, each under either of its names. */
    function scryptParameters(options) {
        const named = (short, long, standard) => {
            const [one, other] = [options?.[short], options?.[long]];
            if (one !== undefined && other !== undefined) throw coded(new Error('Invalid scrypt parameter'), 'ERR_CRYPTO_SCRYPT_INVALID_PARAMETER');
            const [name, value] = one === undefined ? [long, other ?? standard] : [short, one];
            if (typeof value !== 'number') throw invalidType(name, 'of type number', value);
            if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
            if (!(value >= 0 && value <= 4294967295)) throw outOfRange(name, '>= 0 && <= 4294967295', value);
            return value || standard;
        };
        const [cost, size, lanes] = [named('N', 'cost', 16384), named('r', 'blockSize', 8), named('p', 'parallelization', 1)];
        const most = options?.maxmem ?? 32 * 1024 * 1024;
        if (typeof most !== 'number') throw invalidType('maxmem', 'of type number', most);
        const invalid = (why) => coded(new RangeError(`Invalid scrypt params${why}`), 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS');
        if (cost < 2 || !Number.isInteger(Math.log2(cost)) || size * lanes >= 2 ** 30) throw invalid('');
        // As OpenSSL counts.
        if (128 * size * (cost + lanes + 2) > (most || 32 * 1024 * 1024)) throw invalid(': memory limit exceeded');
        return [Math.log2(cost), size, lanes];
    }

    function scryptSync(password, salt, length, options) {
        const [secret, grain] = [dataOrBuffer(password, 'password'), dataOrBuffer(salt, 'salt')];
        if (typeof length !== 'number') throw invalidType('keylen', 'of type number', length);
        if (!Number.isInteger(length)) throw outOfRange('keylen', 'an integer', length);
        if (!(length >= 0 && length <= 2147483647)) throw outOfRange('keylen', '>= 0 && <= 2147483647', length);
        const [cost, size, lanes] = scryptParameters(options);
        return toBuffer(web.derived(length, (key) => op_onevent_scrypt(secret, grain, cost, size, lanes, key)));
    }

    function scrypt(password, salt, length, options, callback = options) {
        if (typeof callback !== 'function') throw invalidType('callback', 'of type function', callback);
        const given = callback === options ? undefined : options;
        scryptParameters(given);
        later(callback, () => scryptSync(password, salt, length, given));
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
        'checkPrime checkPrimeSync createDiffieHellman createDiffieHellmanGroup createECDH diffieHellman generatePrime ' +
        'generatePrimeSync getCipherInfo getDiffieHellman generateKey generateKeySync privateEncrypt publicDecrypt ' +
        'setEngine setFips Certificate Cipher Cipheriv Decipher Decipheriv DiffieHellman DiffieHellmanGroup ECDH ' +
        'X509Certificate secureHeapUsed'
    ).split(' ');

    // Constructors of Node's that can be called without `new`.
    const createHash = (algorithm) => new Hash(algorithm);
    const createHmac = (algorithm, key) => new Hmac(algorithm, key);
    const exports = {
        createHash,
        createHmac,
        ...ciphers,
        getCurves: () => ['prime256v1', 'secp384r1', 'secp521r1'],
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
        scrypt,
        scryptSync,
        ...signatures,
        timingSafeEqual,
        Hash,
        Hmac,
        KeyObject: nodeKeys.KeyObject,
        createPrivateKey: nodeKeys.createPrivateKey,
        createPublicKey: nodeKeys.createPublicKey,
        createSecretKey: nodeKeys.createSecretKey,
        generateKeyPair: nodeKeys.generateKeyPair,
        generateKeyPairSync: nodeKeys.generateKeyPairSync,
        webcrypto: web.crypto,
        subtle: web.crypto.subtle,
        getRandomValues: web.getRandomValues,
    };
    for (const name of NOT_AVAILABLE) exports[name] = notAvailable(name);
    return exports;
})();
