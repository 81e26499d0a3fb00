// The keys of node:crypto: KeyObject, what makes one, and pairs of keys. Evaluated at the first import of the module.
(function () {
    const { core } = __bootstrap;
    const { op_onevent_equal } = core.ops;
    const { coded, invalidType, viewOf } = core.loadExtScript('ext:onevent/digests.js');
    const { Buffer, copyOf, invalidValue, later, toBuffer } = core.loadExtScript('ext:onevent/node_values.js');
    const keys = core.loadExtScript('ext:onevent/keys.js');
    const web = core.loadExtScript('ext:onevent/web_crypto.js');

    /** KeyObject -> the bytes of a secret, or the record of an asymmetric key. */
    const contents = new WeakMap();
    const make = {};

    class KeyObject {
        #type;
        constructor(type, content, token) {
            if (type !== 'secret' && type !== 'public' && type !== 'private') {
                throw coded(new TypeError(`The argument 'type' is invalid. Received ${String(type)}`), 'ERR_INVALID_ARG_VALUE');
            }
            if (token !== make) throw invalidType('handle', 'of type object', content);
            this.#type = type;
            contents.set(this, content);
        }
        static from(key) {
            const content = web.contentOf(key);
            if (content === undefined) throw invalidType('key', 'an instance of CryptoKey', key);
            return key.type === 'secret' ? secretKey(copyOf(content)) : asymmetricKey(content, key.type);
        }
        get type() {
            return this.#type;
        }
        equals(other) {
            if (!(other instanceof KeyObject)) throw invalidType('otherKeyObject', 'an instance of KeyObject', other);
            if (other.type !== this.#type) return false;
            const [one, two] = [bytesOf(this), bytesOf(other)];
            return one.length === two.length && op_onevent_equal(one, two);
        }
    }

    function bytesOf(key) {
        const content = contents.get(key);
        if (key.type === 'secret') return content;
        return key.type === 'private' ? content.privateDer : content.publicDer;
    }

    class SecretKeyObject extends KeyObject {
        get symmetricKeySize() {
            return contents.get(this).length;
        }
        export(options) {
            const bytes = copyOf(contents.get(this));
            if (options?.format === 'jwk') return { kty: 'oct', k: toBuffer(bytes).toString('base64url') };
            return toBuffer(bytes);
        }
    }

    const CURVES = { __proto__: null, 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };

    class AsymmetricKeyObject extends KeyObject {
        get asymmetricKeyType() {
            const { kind } = contents.get(this);
            return CURVES[kind] === undefined ? kind : 'ec';
        }
        get asymmetricKeyDetails() {
            const { kind, modulusBits, publicExponent } = contents.get(this);
            if (kind === 'rsa') return { modulusLength: modulusBits, publicExponent: BigInt(publicExponent) };
            return kind === 'ed25519' ? {} : { namedCurve: CURVES[kind] };
        }
        export(options) {
            if (typeof options !== 'object' || options === null) throw invalidType('options', 'of type object', options);
            return written(contents.get(this), this.type, options);
        }
    }
    // Named as in Node; there are no others.
    class PrivateKeyObject extends AsymmetricKeyObject {}
    class PublicKeyObject extends AsymmetricKeyObject {}
    Object.defineProperty(KeyObject.prototype, Symbol.toStringTag, { value: 'KeyObject', configurable: true });

    const secretKey = (bytes) => new SecretKeyObject('secret', bytes, make);
    const asymmetricKey = (record, type) =>
        type === 'private' ? new PrivateKeyObject(type, record, make) : new PublicKeyObject(type, record, make);

    const incompatible = (encoding, kinds) =>
        coded(new Error(`The selected key encoding ${encoding} can only be used for ${kinds} keys.`), 'ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS');

    /** DER in one of Node's encodings, and the label of its PEM. */
    function derOf(record, type, encoding, name) {
        const isRsa = record.kind === 'rsa';
        const wanted = `${type} ${encoding}`;
        if (wanted === 'private pkcs8') return [record.privateDer, 'PRIVATE KEY'];
        if (wanted === 'public spki') return [record.publicDer, 'PUBLIC KEY'];
        if (encoding === 'pkcs1') {
            if (!isRsa) throw incompatible('pkcs1', 'RSA');
            return [keys.traditional(record, type === 'private'), type === 'private' ? 'RSA PRIVATE KEY' : 'RSA PUBLIC KEY'];
        }
        if (wanted === 'private sec1') {
            if (CURVES[record.kind] === undefined) throw incompatible('sec1', 'EC');
            return [keys.traditional(record, true), 'EC PRIVATE KEY'];
        }
        throw invalidValue(`${name}.type`, encoding);
    }

    function written(record, type, options, name = 'options') {
        const { format } = options;
        if (format === 'jwk') return keys.toJwk(record, type === 'private');
        if (format !== 'pem' && format !== 'der') throw invalidValue(`${name}.format`, format);
        if (options.cipher !== undefined || options.passphrase !== undefined) {
            throw coded(new Error('writing a key with a passphrase is not available in onevent'), 'ERR_METHOD_NOT_IMPLEMENTED');
        }
        const [der, label] = derOf(record, type, options.type, name);
        return format === 'pem' ? keys.toPem(label, der) : toBuffer(copyOf(der));
    }

    function createSecretKey(key, encoding) {
        const bytes = typeof key === 'string' ? Buffer.from(key, encoding) : viewOf(key);
        if (bytes === undefined) {
            throw invalidType('key', 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', key);
        }
        return secretKey(copyOf(bytes));
    }

    /** The bytes of a secret, in any of the forms that Node takes. */
    function keyBytes(key, name = 'key') {
        if (typeof key === 'string') return Buffer.from(key, 'utf8');
        if (key instanceof KeyObject) {
            if (key.type !== 'secret') throw wrongType(key.type, 'secret');
            return contents.get(key);
        }
        const secret = web.contentOf(key);
        const bytes = viewOf(key) ?? (secret instanceof Uint8Array ? secret : undefined);
        if (bytes === undefined) {
            throw invalidType(name, 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey', key);
        }
        return copyOf(bytes);
    }

    const wrongType = (type, expected) =>
        coded(new TypeError(`Invalid key object type ${type}, expected ${expected}.`), 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE');

    const DER_TYPES = {
        __proto__: null,
        private: { __proto__: null, pkcs8: 'pkcs8', pkcs1: 'pkcs1-private', sec1: 'sec1' },
        public: { __proto__: null, spki: 'spki', pkcs1: 'pkcs1-public', pkcs8: 'pkcs8', sec1: 'sec1' },
        // What the names mean where a private key comes instead of a public one.
        other: { __proto__: null, pkcs1: 'pkcs1-private' },
    };

    function readDer(bytes, type, want) {
        const encoding = DER_TYPES[want][type];
        if (encoding === undefined) throw invalidValue('options.type', type);
        try {
            return keys.readDer(encoding, bytes);
        } catch (error) {
            if (want === 'public' && DER_TYPES.other[type] !== undefined) return readDer(bytes, type, 'other');
            throw /not available in onevent|the limit/.test(error.message) ? error : keys.unreadable();
        }
    }

    const EXPECTED = 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView';
    const EXPECTED_OR_KEY = 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey';

    function readText(key, encoding, options, want, name, expected) {
        const format = options?.format ?? 'pem';
        if (format !== 'pem' && format !== 'der') throw invalidValue('options.format', format);
        const isText = typeof key === 'string';
        const bytes = isText ? null : viewOf(key);
        if (bytes === undefined) {
            if (name === 'key') throw invalidType(name, expected, key);
            throw coded(new TypeError(invalidType(name, expected, key).message.replace('argument', 'property')), 'ERR_INVALID_ARG_TYPE');
        }
        if (format === 'der') return readDer(isText ? Buffer.from(key, encoding) : bytes, options.type, want);
        return keys.readPem(isText ? key : toBuffer(bytes).toString('latin1'), want === 'private');
    }

    /** A key for use, whatever a caller passes for it: the record, of the private or the public half. */
    function prepared(input, want) {
        const isPlain = typeof input === 'object' && viewOf(input) === undefined;
        const given = isPlain && !(input instanceof KeyObject) && web.contentOf(input) === undefined ? input.key : input;
        if (given instanceof KeyObject || web.contentOf(given) !== undefined) {
            const key = given instanceof KeyObject ? given : KeyObject.from(given);
            if (key.type !== want && (want === 'private' || key.type === 'secret')) {
                throw wrongType(key.type, want === 'private' ? 'private' : 'private or public');
            }
            return contents.get(key);
        }
        return fresh(input, want, EXPECTED_OR_KEY);
    }

    /** A key from text, bytes or a JWK. */
    function fresh(input, want, expected) {
        const isPlain = typeof input === 'object' && viewOf(input) === undefined && !(input instanceof KeyObject);
        if (!isPlain) return readText(input, undefined, undefined, want, 'key', expected);
        if (input.format === 'jwk') return keys.readJwk(input.key, want === 'private');
        return readText(input.key, input.encoding, input, want, 'key.key', expected);
    }

    const createPrivateKey = (key) => asymmetricKey(fresh(key, 'private', EXPECTED), 'private');

    function createPublicKey(key) {
        const given = typeof key === 'object' && key !== null && key.key instanceof KeyObject ? key.key : key;
        if (given instanceof KeyObject) {
            if (given.type !== 'private') throw wrongType(given.type, 'private');
            return asymmetricKey({ ...contents.get(given), privateDer: null }, 'public');
        }
        return asymmetricKey({ ...fresh(key, 'public', EXPECTED), privateDer: null }, 'public');
    }

    const GENERATED = { __proto__: null, 'P-256': 'P-256', prime256v1: 'P-256', 'P-384': 'P-384', secp384r1: 'P-384', 'P-521': 'P-521', secp521r1: 'P-521' };

    function kindToGenerate(type, options) {
        if (typeof type !== 'string') throw invalidType('type', 'of type string', type);
        if (type === 'ed25519') return type;
        if (type === 'ec') {
            const name = options?.namedCurve;
            if (typeof name !== 'string') {
                throw coded(new TypeError(invalidType('options.namedCurve', 'of type string', name).message.replace('argument', 'property')), 'ERR_INVALID_ARG_TYPE');
            }
            if (GENERATED[name] === undefined) throw coded(new TypeError('Invalid EC curve name'), 'ERR_CRYPTO_INVALID_CURVE');
            return GENERATED[name];
        }
        if (/^(?:rsa|rsa-pss|dsa|ed448|x25519|x448|dh)$/.test(type)) {
            const text = `generating a pair of ${type} keys is not available in onevent: ec and ed25519 are`;
            throw coded(new Error(text), 'ERR_METHOD_NOT_IMPLEMENTED');
        }
        throw coded(new TypeError(`The argument 'type' must be a supported key type. Received '${type}'`), 'ERR_INVALID_ARG_VALUE');
    }

    function generateKeyPairSync(type, options) {
        const record = keys.generate(kindToGenerate(type, options));
        const half = (half, encoding) =>
            encoding === undefined || encoding === null
                ? asymmetricKey(half === 'private' ? record : { ...record, privateDer: null }, half)
                : written(record, half, encoding, `options.${half}KeyEncoding`);
        return { publicKey: half('public', options?.publicKeyEncoding), privateKey: half('private', options?.privateKeyEncoding) };
    }

    function generateKeyPair(type, options, callback) {
        kindToGenerate(type, options);
        later(
            (error, pair) => (error ? callback(error) : callback(null, pair.publicKey, pair.privateKey)),
            () => generateKeyPairSync(type, options),
        );
    }

    return { KeyObject, createPrivateKey, createPublicKey, createSecretKey, generateKeyPair, generateKeyPairSync, keyBytes, prepared };
})();
