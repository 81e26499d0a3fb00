// The global `crypto`: random values, and the part of `crypto.subtle` that works on secrets. Evaluated at first use.
(function () {
    const { core } = __bootstrap;
    const { op_onevent_aes_gcm, op_onevent_equal, op_onevent_pbkdf2, op_onevent_random } = core.ops;
    const { DOMException } = core.loadExtScript('ext:deno_web/01_dom_exception.js');
    const { digestName, digest, hmac, join, viewOf } = core.loadExtScript('ext:onevent/digests.js');

    const fail = (name, message) => new DOMException(message, name);
    const INTEGERS = new Set(['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array']);
    const kindOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;

    function getRandomValues(array) {
        if (!INTEGERS.has(kindOf.call(array))) {
            throw fail('TypeMismatchError', 'The data argument must be an integer-type TypedArray');
        }
        if (array.byteLength > 65536) throw fail('QuotaExceededError', 'The requested length exceeds 65,536 bytes');
        op_onevent_random(viewOf(array));
        return array;
    }

    function randomUUID() {
        const bytes = new Uint8Array(16);
        op_onevent_random(bytes);
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        const hex = bytes.toHex();
        return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    }

    const secrets = new WeakMap();
    const secretOf = (key) => (typeof key === 'object' && key !== null ? secrets.get(key) : undefined);
    const make = {};
    class CryptoKey {
        #facts;
        constructor(token, bytes, algorithm, extractable, usages) {
            if (token !== make) throw new TypeError('Illegal constructor');
            secrets.set(this, bytes);
            this.#facts = { algorithm, extractable, usages };
        }
        get type() {
            return 'secret';
        }
        get extractable() {
            return this.#facts.extractable;
        }
        get algorithm() {
            return this.#facts.algorithm;
        }
        get usages() {
            return this.#facts.usages;
        }
    }

    /** WebCrypto's SHA-1, SHA-256, SHA-384, SHA-512 and nothing else. */
    function shaName(algorithm) {
        const name = typeof algorithm === 'object' && algorithm !== null ? algorithm.name : algorithm;
        const found = /^sha-(?:1|256|384|512)$/i.test(`${name}`) ? digestName(name) : undefined;
        if (found === undefined) throw fail('NotSupportedError', 'Unrecognized algorithm name');
        return { web: `${name}`.toUpperCase(), digest: found };
    }

    function bytesOf(value) {
        const bytes = viewOf(value);
        if (bytes === undefined) throw new TypeError('an ArrayBuffer, TypedArray or DataView is needed');
        return bytes.slice();
    }

    const nameOf = (algorithm) => `${typeof algorithm === 'string' ? algorithm : algorithm?.name}`.toUpperCase();
    const bufferOf = (bytes) => (bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer);

    const KINDS = {
        __proto__: null,
        HMAC: { usages: ['sign', 'verify'] },
        'AES-GCM': { usages: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
        PBKDF2: { usages: ['deriveKey', 'deriveBits'] },
        HKDF: { usages: ['deriveKey', 'deriveBits'] },
    };

    const unsupported = (what) => fail('NotSupportedError', `${what} is not available in onevent (docs/globals.md lists what is)`);

    function keyOf(algorithm, bytes, extractable, usages) {
        const name = nameOf(algorithm);
        const kind = KINDS[name];
        if (kind === undefined) throw unsupported(`the algorithm ${name}`);
        const wanted = [...usages];
        for (const usage of wanted) {
            if (!kind.usages.includes(usage)) throw fail('SyntaxError', `Unsupported key usage for ${name} key`);
        }
        if (wanted.length === 0) throw fail('SyntaxError', 'Usages cannot be empty when importing a secret key.');
        const facts = { name };
        if (name === 'HMAC') {
            if (bytes.length === 0) throw fail('DataError', 'Zero-length key is not supported');
            Object.assign(facts, { hash: { name: shaName(algorithm.hash).web }, length: bytes.length * 8 });
        } else if (name === 'AES-GCM') {
            if (bytes.length !== 16 && bytes.length !== 32) throw fail('DataError', 'Invalid key length');
            facts.length = bytes.length * 8;
        } else if (extractable) {
            throw fail('SyntaxError', `${name} keys are not extractable`);
        }
        return new CryptoKey(make, bytes, facts, Boolean(extractable), kind.usages.filter((usage) => wanted.includes(usage)));
    }

    /** The secret of a key that may be used so. */
    function use(key, algorithm, usage) {
        const name = nameOf(algorithm);
        const bytes = secretOf(key);
        if (bytes === undefined) throw new TypeError('the key is not a CryptoKey');
        if (key.algorithm.name !== name) throw fail('InvalidAccessError', 'Key algorithm mismatch');
        if (!key.usages.includes(usage)) throw fail('InvalidAccessError', `Unable to use this key to ${usage}`);
        if (KINDS[name] === undefined) throw unsupported(`the algorithm ${name}`);
        return bytes;
    }

    function hkdf(name, key, salt, info, length) {
        const width = digest(name, new Uint8Array(0)).length;
        if (length > 255 * width) throw new RangeError('Invalid key length');
        const pseudo = hmac(name, salt.length === 0 ? new Uint8Array(width) : salt, key);
        const blocks = [];
        let last = new Uint8Array(0);
        for (let count = 1; (count - 1) * width < length; count++) {
            last = hmac(name, pseudo, join([last, info, new Uint8Array([count])]));
            blocks.push(last);
        }
        return join([...blocks, new Uint8Array(0)]).slice(0, length);
    }

    /** A longer key than this is no key. */
    const MAX_KEY_BYTES = 1024 * 1024;

    function pbkdf2(name, secret, salt, iterations, length) {
        if (length > MAX_KEY_BYTES) throw new RangeError(`a key of ${length} bytes; ${MAX_KEY_BYTES} are the limit`);
        const key = new Uint8Array(length);
        op_onevent_pbkdf2(name, secret, salt, iterations, key);
        return key;
    }

    /** Null where the tag is wrong. */
    function aesGcm(seal, key, nonce, data, associated) {
        const output = new Uint8Array(Math.max(0, data.length + (seal ? 16 : -16)));
        return op_onevent_aes_gcm(seal, key, nonce, data, associated, output) ? output : null;
    }

    function derive(algorithm, key, bits, usage) {
        const secret = use(key, algorithm, usage);
        if (bits === null || bits === undefined || bits % 8 !== 0) {
            throw fail('OperationError', 'length must be a multiple of 8');
        }
        const { digest: name } = shaName(algorithm.hash);
        const salt = bytesOf(algorithm.salt);
        if (nameOf(algorithm) === 'HKDF') return hkdf(name, secret, salt, bytesOf(algorithm.info), bits / 8);
        if (!(algorithm.iterations >= 1)) throw fail('OperationError', 'iterations cannot be zero');
        return pbkdf2(name, secret, salt, algorithm.iterations, bits / 8);
    }

    function gcm(seal, algorithm, key, data) {
        const secret = use(key, algorithm, seal ? 'encrypt' : 'decrypt');
        const iv = bytesOf(algorithm.iv);
        if (iv.length !== 12) throw unsupported('AES-GCM with an iv of other than 12 bytes');
        if ((algorithm.tagLength ?? 128) !== 128) throw unsupported('AES-GCM with a tagLength of other than 128');
        const associated = algorithm.additionalData === undefined ? new Uint8Array(0) : bytesOf(algorithm.additionalData);
        const output = aesGcm(seal, secret, iv, bytesOf(data), associated);
        if (output === null) throw fail('OperationError', 'The operation failed for an operation-specific reason');
        return bufferOf(output);
    }

    class SubtleCrypto {
        constructor(token) {
            if (token !== make) throw new TypeError('Illegal constructor');
        }
        async digest(algorithm, data) {
            return bufferOf(digest(shaName(algorithm).digest, bytesOf(data)));
        }
        async importKey(format, data, algorithm, extractable, usages) {
            if (format === 'raw') return keyOf(algorithm, bytesOf(data), extractable, usages);
            if (format !== 'jwk') throw unsupported(`the key format ${format}`);
            if (data?.kty !== 'oct' || typeof data.k !== 'string') throw fail('DataError', 'Invalid keyData');
            const bytes = Uint8Array.fromBase64(data.k, { alphabet: 'base64url' });
            return keyOf(algorithm, bytes, extractable, usages);
        }
        async exportKey(format, key) {
            const bytes = secretOf(key);
            if (bytes === undefined) throw new TypeError('the key is not a CryptoKey');
            if (!key.extractable) throw fail('InvalidAccessError', 'key is not extractable');
            if (format === 'raw') return bytes.slice().buffer;
            if (format !== 'jwk') throw unsupported(`the key format ${format}`);
            const alg = key.algorithm.name === 'HMAC' ? `HS${key.algorithm.hash.name.slice(4)}` : `A${key.algorithm.length}GCM`;
            return { key_ops: [...key.usages], ext: true, kty: 'oct', k: bytes.toBase64({ alphabet: 'base64url', omitPadding: true }), alg };
        }
        async generateKey(algorithm, extractable, usages) {
            const name = nameOf(algorithm);
            if (name !== 'HMAC' && name !== 'AES-GCM') throw unsupported(`generating a key for ${name}`);
            const block = name === 'HMAC' && /384|512/.test(shaName(algorithm.hash).web) ? 1024 : 512;
            const bits = algorithm.length ?? block;
            if (!(bits > 0 && bits <= 65536 && bits % 8 === 0)) throw fail('OperationError', 'Invalid key length');
            const bytes = new Uint8Array(bits / 8);
            op_onevent_random(bytes);
            return keyOf(algorithm, bytes, extractable, usages);
        }
        async sign(algorithm, key, data) {
            const secret = use(key, algorithm, 'sign');
            return bufferOf(hmac(digestName(key.algorithm.hash.name), secret, bytesOf(data)));
        }
        async verify(algorithm, key, signature, data) {
            const secret = use(key, algorithm, 'verify');
            return op_onevent_equal(hmac(digestName(key.algorithm.hash.name), secret, bytesOf(data)), bytesOf(signature));
        }
        async encrypt(algorithm, key, data) {
            return gcm(true, algorithm, key, data);
        }
        async decrypt(algorithm, key, data) {
            return gcm(false, algorithm, key, data);
        }
        async deriveBits(algorithm, key, length) {
            return bufferOf(derive(algorithm, key, length, 'deriveBits'));
        }
        async deriveKey(algorithm, key, wanted, extractable, usages) {
            const block = nameOf(wanted) === 'HMAC' && /384|512/.test(shaName(wanted.hash).web) ? 1024 : 512;
            return keyOf(wanted, derive(algorithm, key, wanted.length ?? block, 'deriveKey'), extractable, usages);
        }
        async wrapKey() {
            throw unsupported('crypto.subtle.wrapKey');
        }
        async unwrapKey() {
            throw unsupported('crypto.subtle.unwrapKey');
        }
    }

    const subtle = new SubtleCrypto(make);
    class Crypto {
        constructor(token) {
            if (token !== make) throw new TypeError('Illegal constructor');
        }
        get subtle() {
            return subtle;
        }
        getRandomValues(array) {
            return getRandomValues(array);
        }
        randomUUID() {
            return randomUUID();
        }
    }
    for (const owner of [Crypto, SubtleCrypto, CryptoKey]) {
        Object.defineProperty(owner.prototype, Symbol.toStringTag, { value: owner.name, configurable: true });
    }
    return { aesGcm, pbkdf2, Crypto, CryptoKey, SubtleCrypto, crypto: new Crypto(make), getRandomValues, hkdf, randomUUID, secretOf };
})();
