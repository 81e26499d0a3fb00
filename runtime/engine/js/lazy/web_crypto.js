// The global `crypto`: random values and `crypto.subtle`. Evaluated at first use.
(function () {
    const { core } = __bootstrap;
    const { op_onevent_aes_cbc, op_onevent_aes_ctr, op_onevent_aes_gcm, op_onevent_equal, op_onevent_pbkdf2, op_onevent_random } = core.ops;
    const { digestName, digest, hmac, join, viewOf } = core.loadExtScript('ext:onevent/digests.js');
    const keys = core.loadExtScript('ext:onevent/keys.js');
    const webKeys = core.loadExtScript('ext:onevent/web_keys.js');
    const { CryptoKey, bytesOf, contentOf, fail, shaName, unsupported, use } = webKeys;

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

    const make = {};
    const nameOf = (algorithm) => `${typeof algorithm === 'string' ? algorithm : algorithm?.name}`.toUpperCase();
    const bufferOf = (bytes) => (bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer);

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

    /** A key of so many bytes, which `fill` computes. */
    function derived(length, fill) {
        if (length > MAX_KEY_BYTES) throw new RangeError(`a key of ${length} bytes; ${MAX_KEY_BYTES} are the limit`);
        const key = new Uint8Array(length);
        if (length > 0) fill(key);
        return key;
    }

    const pbkdf2 = (name, secret, salt, iterations, length) =>
        derived(length, (key) => op_onevent_pbkdf2(name, secret, salt, iterations, key));

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

    const failed = () => fail('OperationError', 'The operation failed for an operation-specific reason');

    function gcm(seal, algorithm, secret, data) {
        const iv = bytesOf(algorithm.iv);
        if (iv.length !== 12) throw unsupported('AES-GCM with an iv of other than 12 bytes');
        if ((algorithm.tagLength ?? 128) !== 128) throw unsupported('AES-GCM with a tagLength of other than 128');
        const associated = algorithm.additionalData === undefined ? new Uint8Array(0) : bytesOf(algorithm.additionalData);
        return aesGcm(seal, secret, iv, data, associated);
    }

    function cbc(seal, algorithm, secret, data) {
        const iv = bytesOf(algorithm.iv);
        if (iv.length !== 16) throw fail('OperationError', 'algorithm.iv must contain exactly 16 bytes');
        const output = new Uint8Array(data.length + 16);
        const length = op_onevent_aes_cbc(seal, true, secret, iv, data, output);
        return length < 0 ? null : output.slice(0, length);
    }

    function ctr(algorithm, secret, data) {
        const counter = bytesOf(algorithm.counter);
        if (counter.length !== 16) throw fail('OperationError', 'algorithm.counter must contain exactly 16 bytes');
        const bits = algorithm.length;
        if (!(bits >= 1 && bits <= 128)) throw fail('OperationError', 'algorithm.length must be between 1 and 128');
        const blocks = BigInt(Math.ceil(data.length / 16));
        const start = BigInt.asUintN(bits, BigInt(`0x${counter.toHex()}`));
        if (blocks > 1n << BigInt(bits)) throw fail('OperationError', 'the data is too long for the counter');
        if (bits < 128 && start + blocks > 1n << BigInt(bits)) throw unsupported('AES-CTR with a counter that starts again at zero');
        const output = new Uint8Array(data.length);
        return op_onevent_aes_ctr(secret, counter, 0, data, output) ? output : null;
    }

    function oaep(encrypts, algorithm, key, content, data) {
        const label = algorithm.label === undefined ? new Uint8Array(0) : bytesOf(algorithm.label);
        const { digest: name } = shaName(key.algorithm.hash);
        try {
            return (encrypts ? keys.encrypt : keys.decrypt)(name, content, label, data);
        } catch {
            return null;
        }
    }

    function cipher(encrypts, algorithm, key, input) {
        const content = use(key, algorithm, encrypts ? 'encrypt' : 'decrypt');
        const data = bytesOf(input);
        const ciphers = { __proto__: null, 'AES-GCM': gcm, 'AES-CBC': cbc, 'AES-CTR': (_, ...rest) => ctr(...rest) };
        const { name } = key.algorithm;
        const output = name === 'RSA-OAEP' ? oaep(encrypts, algorithm, key, content, data) : ciphers[name](encrypts, algorithm, content, data);
        if (output === null) throw failed();
        return bufferOf(output);
    }

    /** Scheme, digest and salt of a signature. */
    function schemeOf(algorithm, key) {
        switch (key.algorithm.name) {
            case 'RSASSA-PKCS1-v1_5':
                return ['pkcs1', shaName(key.algorithm.hash).digest, 0];
            case 'RSA-PSS': {
                const salt = algorithm.saltLength;
                if (!(Number.isInteger(salt) && salt >= 0 && salt <= 1024)) throw fail('OperationError', 'algorithm.saltLength does not fit the key');
                return ['pss', shaName(key.algorithm.hash).digest, salt];
            }
            case 'ECDSA':
                return ['ecdsa-fixed', shaName(algorithm.hash).digest, 0];
            default:
                return ['ed25519', 'sha512', 0];
        }
    }

    class SubtleCrypto {
        constructor(token) {
            if (token !== make) throw new TypeError('Illegal constructor');
        }
        async digest(algorithm, data) {
            return bufferOf(digest(shaName(algorithm).digest, bytesOf(data)));
        }
        async importKey(format, data, algorithm, extractable, usages) {
            return webKeys.importKey(format, data, algorithm, extractable, usages);
        }
        async exportKey(format, key) {
            return webKeys.exportKey(format, key);
        }
        async generateKey(algorithm, extractable, usages) {
            return webKeys.generateKey(algorithm, extractable, usages);
        }
        async sign(algorithm, key, data) {
            const content = use(key, algorithm, 'sign');
            const bytes = bytesOf(data);
            if (key.type === 'secret') return bufferOf(hmac(digestName(key.algorithm.hash.name), content, bytes));
            const scheme = schemeOf(algorithm, key);
            try {
                return bufferOf(keys.sign(...scheme, content, bytes));
            } catch (error) {
                throw error instanceof RangeError && /the limit/.test(error.message) ? error : failed();
            }
        }
        async verify(algorithm, key, signature, data) {
            const content = use(key, algorithm, 'verify');
            const [given, bytes] = [bytesOf(signature), bytesOf(data)];
            if (key.type === 'secret') return op_onevent_equal(hmac(digestName(key.algorithm.hash.name), content, bytes), given);
            return keys.verify(...schemeOf(algorithm, key), content, bytes, given);
        }
        async encrypt(algorithm, key, data) {
            return cipher(true, algorithm, key, data);
        }
        async decrypt(algorithm, key, data) {
            return cipher(false, algorithm, key, data);
        }
        async deriveBits(algorithm, key, length) {
            return bufferOf(derive(algorithm, key, length, 'deriveBits'));
        }
        async deriveKey(algorithm, key, wanted, extractable, usages) {
            const bits = wanted.length ?? webKeys.hmacBits(wanted);
            return webKeys.secretKey(wanted, derive(algorithm, key, bits, 'deriveKey'), extractable, usages);
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
    return { aesGcm, contentOf, derived, pbkdf2, Crypto, CryptoKey, SubtleCrypto, crypto: new Crypto(make), getRandomValues, hkdf, randomUUID };
})();
