// Signatures of node:crypto, and encryption with RSA. Evaluated at the first import of the module.
(function () {
    const { core } = __bootstrap;
    const { coded, digestName, invalidType, join, viewOf } = core.loadExtScript('ext:onevent/digests.js');
    const { copyOf, dataBytes, encoded, invalidDigest, invalidValue, later, toBuffer } = core.loadExtScript('ext:onevent/node_values.js');
    const { prepared } = core.loadExtScript('ext:onevent/node_keys.js');
    const keys = core.loadExtScript('ext:onevent/keys.js');

    const constants = Object.freeze({
        __proto__: null,
        RSA_PKCS1_PADDING: 1,
        RSA_NO_PADDING: 3,
        RSA_PKCS1_OAEP_PADDING: 4,
        RSA_PKCS1_PSS_PADDING: 6,
        RSA_PSS_SALTLEN_DIGEST: -1,
        RSA_PSS_SALTLEN_MAX_SIGN: -2,
        RSA_PSS_SALTLEN_AUTO: -2,
    });

    const openssl = (text, code) => coded(new Error(text), code);

    function integer(options, name) {
        const value = options[name];
        if (value === undefined) return undefined;
        if (value !== (value | 0)) throw invalidValue(`options.${name}`, value);
        return value;
    }

    /** What a caller passes beside the key, on the same object. */
    function optionsOf(given) {
        const padding = integer(given, 'padding') ?? constants.RSA_PKCS1_PADDING;
        const salt = integer(given, 'saltLength') ?? constants.RSA_PSS_SALTLEN_AUTO;
        const dsa = given.dsaEncoding ?? 'der';
        if (dsa !== 'der' && dsa !== 'ieee-p1363') throw invalidValue('options.dsaEncoding', dsa);
        return { padding, salt, dsa };
    }

    /** How a signature is made. */
    function schemeOf(key, { padding, salt, dsa }) {
        if (key.kind === 'ed25519') return ['ed25519', 0];
        if (key.kind !== 'rsa') return [dsa === 'der' ? 'ecdsa-der' : 'ecdsa-fixed', 0];
        if (padding === constants.RSA_PKCS1_PADDING) return ['pkcs1', 0];
        // OpenSSL 3: -3 is the longest salt as well.
        if (padding === constants.RSA_PKCS1_PSS_PADDING) return ['pss', salt === -3 ? -2 : salt];
        throw openssl('error:1C8000A5:Provider routines::illegal or unsupported padding mode', 'ERR_OSSL_ILLEGAL_OR_UNSUPPORTED_PADDING_MODE');
    }

    function signed(algorithm, key, options, data) {
        const [scheme, salt] = schemeOf(key, options);
        try {
            return toBuffer(keys.sign(scheme, algorithm, salt, key, data));
        } catch (error) {
            if (/the limit/.test(error.message)) throw error;
            throw openssl('error:0200006E:rsa routines::data too large for key size', 'ERR_OSSL_RSA_DATA_TOO_LARGE_FOR_KEY_SIZE');
        }
    }

    function verified(algorithm, key, options, data, signature) {
        const [scheme, salt] = schemeOf(key, options);
        return keys.verify(scheme, algorithm, salt, key, data, signature);
    }

    const unsupported = () => coded(new Error('Unsupported crypto operation'), 'ERR_CRYPTO_UNSUPPORTED_OPERATION');

    /** What Sign and Verify share. */
    class Collected {
        #algorithm;
        #chunks = [];
        constructor(algorithm) {
            if (typeof algorithm !== 'string') throw invalidType('algorithm', 'of type string', algorithm);
            this.#algorithm = digestName(algorithm);
            if (this.#algorithm === undefined) throw invalidDigest();
        }
        update(data, encoding) {
            const bytes = dataBytes(data, encoding);
            if (this.#chunks === null) throw coded(new Error('Not initialised'), 'ERR_CRYPTO_INVALID_STATE');
            this.#chunks.push(bytes);
            return this;
        }
        /** Algorithm and data, for the only use that there is. */
        static taken(owner, key) {
            if (key.kind === 'ed25519') throw unsupported();
            if (owner.#chunks === null) throw coded(new Error('Not initialised'), 'ERR_CRYPTO_INVALID_STATE');
            const data = join([...owner.#chunks, new Uint8Array(0)]);
            owner.#chunks = null;
            return [owner.#algorithm, data];
        }
    }

    class Sign extends Collected {
        sign(key, encoding) {
            if (!key) throw coded(new Error('No key provided to sign'), 'ERR_CRYPTO_SIGN_KEY_REQUIRED');
            const record = prepared(key, 'private');
            const options = optionsOf(key);
            const [algorithm, data] = Collected.taken(this, record);
            return encoded(signed(algorithm, record, options, data), encoding);
        }
    }

    class Verify extends Collected {
        verify(key, signature, encoding) {
            const record = prepared(key, 'public');
            const options = optionsOf(key);
            const bytes = typeof signature === 'string' ? dataBytes(signature, encoding, 'signature') : viewOf(signature);
            if (bytes === undefined) throw invalidType('signature', 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', signature);
            const [algorithm, data] = Collected.taken(this, record);
            return verified(algorithm, record, options, data, bytes);
        }
    }

    /** The digest of a signature in one call; nothing is SHA-256, and Ed25519 has its own. */
    function oneShotDigest(algorithm, key) {
        if (algorithm === null || algorithm === undefined) return 'sha256';
        const name = digestName(algorithm);
        if (name === undefined) throw invalidDigest(algorithm);
        if (key.kind === 'ed25519') throw openssl('error:1C80007A:Provider routines::invalid digest', 'ERR_OSSL_INVALID_DIGEST');
        return name;
    }

    function checkAlgorithm(algorithm) {
        if (algorithm !== null && algorithm !== undefined && typeof algorithm !== 'string') {
            throw invalidType('algorithm', 'of type string', algorithm);
        }
    }

    function sign(algorithm, data, key, callback) {
        checkAlgorithm(algorithm);
        const bytes = dataBytes(data, 'utf8', 'data');
        if (!key) throw coded(new Error('No key provided to sign'), 'ERR_CRYPTO_SIGN_KEY_REQUIRED');
        const options = optionsOf(key);
        const record = prepared(key, 'private');
        const compute = () => signed(oneShotDigest(algorithm, record), record, options, bytes);
        return callback === undefined ? compute() : later(callback, compute);
    }

    function verify(algorithm, data, key, signature, callback) {
        checkAlgorithm(algorithm);
        const bytes = dataBytes(data, 'utf8', 'data');
        const options = optionsOf(key);
        if (!ArrayBuffer.isView(signature)) throw invalidType('signature', 'an instance of Buffer, TypedArray, or DataView', signature);
        const record = prepared(key, 'public');
        const written = copyOf(viewOf(signature));
        const compute = () => verified(oneShotDigest(algorithm, record), record, options, bytes, written);
        return callback === undefined ? compute() : later(callback, compute);
    }

    /** RSA with OAEP, the only padding here and the default of Node's. */
    function oaep(key, data, want) {
        const options = typeof key === 'object' && key !== null && viewOf(key) === undefined ? key : {};
        const record = prepared(key, want);
        const padding = integer(options, 'padding') ?? constants.RSA_PKCS1_OAEP_PADDING;
        if (padding !== constants.RSA_PKCS1_OAEP_PADDING) {
            throw coded(new Error(`the padding ${padding} is not available in onevent: RSA_PKCS1_OAEP_PADDING is`), 'ERR_METHOD_NOT_IMPLEMENTED');
        }
        const digest = digestName(options.oaepHash ?? 'sha1');
        if (digest === undefined) throw openssl('Invalid digest used', 'ERR_OSSL_EVP_INVALID_DIGEST');
        const label = options.oaepLabel === undefined ? new Uint8Array(0) : dataBytes(options.oaepLabel, 'utf8', 'key.oaepLabel');
        const bytes = dataBytes(data, options.encoding, 'buffer');
        if (record.kind !== 'rsa') {
            throw openssl('error:03000096:digital envelope routines::operation not supported for this keytype', 'ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE');
        }
        return [digest, record, label, bytes];
    }

    function publicEncrypt(key, data) {
        const wanted = oaep(key, data, 'public');
        try {
            return toBuffer(keys.encrypt(...wanted));
        } catch {
            throw openssl('error:0200006E:rsa routines::data too large for key size', 'ERR_OSSL_RSA_DATA_TOO_LARGE_FOR_KEY_SIZE');
        }
    }

    function privateDecrypt(key, data) {
        const wanted = oaep(key, data, 'private');
        try {
            return toBuffer(keys.decrypt(...wanted));
        } catch {
            throw openssl('error:02000079:rsa routines::oaep decoding error', 'ERR_OSSL_RSA_OAEP_DECODING_ERROR');
        }
    }

    return {
        Sign,
        Verify,
        constants,
        createSign: (algorithm) => new Sign(algorithm),
        createVerify: (algorithm) => new Verify(algorithm),
        privateDecrypt,
        publicEncrypt,
        sign,
        verify,
    };
})();
