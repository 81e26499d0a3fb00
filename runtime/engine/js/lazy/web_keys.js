// The keys of crypto.subtle: CryptoKey, import, export and making of keys. Evaluated at first use.
(function () {
    const { core } = __bootstrap;
    const { op_onevent_random } = core.ops;
    const { DOMException } = core.loadExtScript('ext:deno_web/01_dom_exception.js');
    const { digestName, viewOf } = core.loadExtScript('ext:onevent/digests.js');
    const keys = core.loadExtScript('ext:onevent/keys.js');

    const fail = (name, message) => new DOMException(message, name);
    const unsupported = (what) => fail('NotSupportedError', `${what} is not available in onevent (docs/globals.md lists what is)`);

    /** CryptoKey -> the bytes of a secret, or the record of an asymmetric key. */
    const contents = new WeakMap();
    const contentOf = (key) => (typeof key === 'object' && key !== null ? contents.get(key) : undefined);
    const make = {};
    class CryptoKey {
        #facts;
        constructor(token, content, facts) {
            if (token !== make) throw new TypeError('Illegal constructor');
            contents.set(this, content);
            this.#facts = facts;
        }
        get type() {
            return this.#facts.type;
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

    const SECRET = { encrypts: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'], derives: ['deriveKey', 'deriveBits'] };
    const SIGNS = { private: ['sign'], public: ['verify'] };
    const KINDS = {
        __proto__: null,
        HMAC: { name: 'HMAC', secret: ['sign', 'verify'] },
        'AES-GCM': { name: 'AES-GCM', secret: SECRET.encrypts },
        'AES-CBC': { name: 'AES-CBC', secret: SECRET.encrypts },
        'AES-CTR': { name: 'AES-CTR', secret: SECRET.encrypts },
        PBKDF2: { name: 'PBKDF2', secret: SECRET.derives },
        HKDF: { name: 'HKDF', secret: SECRET.derives },
        'RSASSA-PKCS1-V1_5': { name: 'RSASSA-PKCS1-v1_5', ...SIGNS, jwk: 'RS' },
        'RSA-PSS': { name: 'RSA-PSS', ...SIGNS, jwk: 'PS' },
        'RSA-OAEP': { name: 'RSA-OAEP', private: ['decrypt', 'unwrapKey'], public: ['encrypt', 'wrapKey'], jwk: 'RSA-OAEP' },
        ECDSA: { name: 'ECDSA', ...SIGNS },
        ED25519: { name: 'Ed25519', ...SIGNS },
    };

    function kindOf(algorithm) {
        const name = `${typeof algorithm === 'string' ? algorithm : algorithm?.name}`;
        const kind = KINDS[name.toUpperCase()];
        if (kind === undefined) throw unsupported(`the algorithm ${name}`);
        return kind;
    }

    function checkUsages(kind, type, wanted) {
        for (const usage of wanted) {
            if (!kind[type].includes(usage)) throw fail('SyntaxError', `Unsupported key usage for a ${kind.name} key`);
        }
    }

    /** The usages in the standard's order, checked. */
    function usagesOf(kind, type, wanted) {
        const list = [...wanted];
        checkUsages(kind, type, list);
        if (list.length === 0 && type !== 'public') throw fail('SyntaxError', `Usages cannot be empty when importing a ${type} key.`);
        return kind[type].filter((usage) => list.includes(usage));
    }

    function secretKey(algorithm, bytes, extractable, wanted) {
        const kind = kindOf(algorithm);
        if (kind.secret === undefined) throw unsupported(`a secret as the key of ${kind.name}`);
        const usages = usagesOf(kind, 'secret', wanted);
        const facts = { name: kind.name };
        if (kind.name === 'HMAC') {
            if (bytes.length === 0) throw fail('DataError', 'Zero-length key is not supported');
            Object.assign(facts, { hash: { name: shaName(algorithm.hash).web }, length: bytes.length * 8 });
        } else if (kind.name.startsWith('AES')) {
            if (bytes.length !== 16 && bytes.length !== 24 && bytes.length !== 32) throw fail('DataError', 'Invalid key length');
            facts.length = bytes.length * 8;
        } else if (extractable) {
            throw fail('SyntaxError', `${kind.name} keys are not extractable`);
        }
        return new CryptoKey(make, bytes, { type: 'secret', extractable: Boolean(extractable), algorithm: facts, usages });
    }

    function exponentBytes(exponent) {
        const bytes = [];
        for (let left = exponent; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
        return new Uint8Array(bytes);
    }

    /** What `key.algorithm` says, once it is clear that the key is one for the algorithm. */
    function asymmetricFacts(kind, algorithm, record) {
        if (kind.jwk !== undefined) {
            if (record.kind !== 'rsa') throw fail('DataError', 'Invalid key type');
            const { modulusBits, publicExponent } = record;
            return { name: kind.name, modulusLength: modulusBits, publicExponent: exponentBytes(publicExponent), hash: { name: shaName(algorithm.hash).web } };
        }
        if (kind.name === 'Ed25519') {
            if (record.kind !== 'ed25519') throw fail('DataError', 'Invalid key type');
            return { name: kind.name };
        }
        if (keys.SIZES[record.kind] === undefined) throw fail('DataError', 'Invalid key type');
        if (record.kind !== algorithm.namedCurve) throw fail('DataError', 'Named curve mismatch');
        return { name: kind.name, namedCurve: record.kind };
    }

    function asymmetricKey(kind, algorithm, record, type, extractable, wanted) {
        const usages = usagesOf(kind, type, wanted);
        const facts = asymmetricFacts(kind, algorithm, record);
        return new CryptoKey(make, record, { type, extractable: Boolean(extractable), algorithm: facts, usages });
    }

    const publicHalf = (record) => ({ ...record, privateDer: null });

    /** The part of `key_ops` and the like that a JWK must not contradict. */
    function checkJwk(kind, algorithm, jwk, extractable) {
        if (typeof jwk !== 'object' || jwk === null) throw new TypeError('Key data must be an object');
        const type = kind.secret ? 'oct' : kind.jwk !== undefined ? 'RSA' : kind.name === 'ECDSA' ? 'EC' : 'OKP';
        if (jwk.kty !== type) throw fail('DataError', kind.secret ? 'Invalid keyData' : 'Invalid JWK "kty" Parameter');
        if (jwk.ext === false && extractable) throw fail('DataError', 'JWK "ext" Parameter and extractable mismatch');
        if (kind.jwk !== undefined && jwk.alg !== undefined && jwk.alg !== jwkAlgorithm(kind, shaName(algorithm.hash).web)) {
            throw fail('DataError', 'JWK "alg" does not match the requested algorithm');
        }
        if (kind.name === 'ECDSA' && jwk.crv !== algorithm.namedCurve) throw fail('DataError', 'JWK "crv" does not match the requested algorithm');
    }

    function jwkAlgorithm(kind, hash) {
        const bits = hash.slice(4);
        return kind.jwk === 'RSA-OAEP' ? (bits === '1' ? kind.jwk : `${kind.jwk}-${bits}`) : `${kind.jwk}${bits}`;
    }

    function readSecret(format, data) {
        if (format === 'raw') return bytesOf(data);
        if (format !== 'jwk') throw unsupported(`the key format ${format}`);
        if (typeof data.k !== 'string') throw fail('DataError', 'Invalid keyData');
        return Uint8Array.fromBase64(data.k, { alphabet: 'base64url' });
    }

    function readAsymmetric(kind, algorithm, format, data) {
        switch (format) {
            case 'pkcs8':
                return keys.readDer('pkcs8', bytesOf(data));
            case 'spki':
                return keys.readDer('spki', bytesOf(data));
            case 'jwk':
                return keys.readJwk(data, data.d !== undefined);
            case 'raw':
                if (kind.jwk !== undefined) throw unsupported(`the key format raw of ${kind.name}`);
                return keys.readJwk(rawJwk(kind, algorithm, bytesOf(data)), false);
            default:
                throw unsupported(`the key format ${format}`);
        }
    }

    function rawJwk(kind, algorithm, bytes) {
        if (kind.name === 'Ed25519') return { kty: 'OKP', crv: 'Ed25519', x: keys.base64url(bytes) };
        const size = keys.SIZES[algorithm.namedCurve];
        if (size === undefined) throw unsupported(`the curve ${algorithm.namedCurve}`);
        if (bytes[0] !== 4 || bytes.length !== 1 + 2 * size) throw fail('DataError', 'Invalid keyData');
        const text = (at) => keys.base64url(bytes.slice(at, at + size));
        return { kty: 'EC', crv: algorithm.namedCurve, x: text(1), y: text(1 + size) };
    }

    function importKey(format, data, algorithm, extractable, usages) {
        const kind = kindOf(algorithm);
        if (format === 'jwk') checkJwk(kind, algorithm, data, extractable);
        if (kind.secret) return secretKey(algorithm, readSecret(format, data), extractable, usages);
        const type = format === 'pkcs8' || (format === 'jwk' && data.d !== undefined) ? 'private' : 'public';
        checkUsages(kind, type, [...usages]);
        let record;
        try {
            record = readAsymmetric(kind, algorithm, format, data);
        } catch (error) {
            if (error instanceof DOMException || /not available in onevent/.test(error.message)) throw error;
            throw fail('DataError', 'Invalid keyData');
        }
        return asymmetricKey(kind, algorithm, record, type, extractable, usages);
    }

    function exportJwk(key, content) {
        const kind = kindOf(key.algorithm);
        const shared = { key_ops: [...key.usages], ext: true };
        if (key.type === 'secret') {
            const mode = kind.name.slice(4);
            const alg = kind.name === 'HMAC' ? `HS${key.algorithm.hash.name.slice(4)}` : `A${key.algorithm.length}${mode}`;
            return { ...shared, kty: 'oct', k: keys.base64url(content), alg };
        }
        const jwk = { ...shared, ...keys.toJwk(content, key.type === 'private') };
        if (kind.name === 'Ed25519') return { ...jwk, alg: 'Ed25519' };
        return kind.jwk === undefined ? jwk : { ...jwk, alg: jwkAlgorithm(kind, key.algorithm.hash.name) };
    }

    function exportKey(format, key) {
        const content = contentOf(key);
        if (content === undefined) throw new TypeError('the key is not a CryptoKey');
        if (!key.extractable) throw fail('InvalidAccessError', 'key is not extractable');
        if (format === 'jwk') return exportJwk(key, content);
        const wanted = `${key.type} ${format}`;
        if (wanted === 'secret raw') return content.slice().buffer;
        if (wanted === 'private pkcs8') return content.privateDer.slice().buffer;
        if (wanted === 'public spki') return content.publicDer.slice().buffer;
        if (wanted === 'public raw' && content.kind !== 'rsa') {
            // At the end of SPKI, as long as the curve says.
            const length = content.kind === 'ed25519' ? 32 : 1 + 2 * keys.SIZES[content.kind];
            return content.publicDer.slice(content.publicDer.length - length).buffer;
        }
        throw unsupported(`the key format ${format} of a ${key.type} key`);
    }

    function hmacBits(algorithm) {
        return /384|512/.test(shaName(algorithm.hash).web) ? 1024 : 512;
    }

    function generateKey(algorithm, extractable, wanted) {
        const kind = kindOf(algorithm);
        if (kind.name === 'ECDSA' || kind.name === 'Ed25519') return generatePair(kind, algorithm, extractable, [...wanted]);
        if (kind.name !== 'HMAC' && !kind.name.startsWith('AES')) throw unsupported(`generating a key for ${kind.name}`);
        const bits = algorithm.length ?? (kind.name === 'HMAC' ? hmacBits(algorithm) : undefined);
        if (!(bits > 0 && bits <= 65536 && bits % 8 === 0)) throw fail('OperationError', 'Invalid key length');
        const bytes = new Uint8Array(bits / 8);
        op_onevent_random(bytes);
        return secretKey(algorithm, bytes, extractable, wanted);
    }

    function generatePair(kind, algorithm, extractable, wanted) {
        for (const usage of wanted) {
            if (usage !== 'sign' && usage !== 'verify') throw fail('SyntaxError', `Unsupported key usage for a ${kind.name} key`);
        }
        if (!wanted.includes('sign')) throw fail('SyntaxError', 'Usages cannot be empty when creating a key.');
        const name = kind.name === 'Ed25519' ? 'ed25519' : algorithm.namedCurve;
        if (name !== 'ed25519' && keys.SIZES[name] === undefined) throw unsupported(`the curve ${name}`);
        const record = keys.generate(name);
        const usages = wanted.includes('verify') ? ['verify'] : [];
        return {
            publicKey: asymmetricKey(kind, algorithm, publicHalf(record), 'public', true, usages),
            privateKey: asymmetricKey(kind, algorithm, record, 'private', extractable, ['sign']),
        };
    }

    /** The content of a key that may be used so. */
    function use(key, algorithm, usage) {
        const kind = kindOf(algorithm);
        const content = contentOf(key);
        if (content === undefined) throw new TypeError('the key is not a CryptoKey');
        if (key.algorithm.name !== kind.name) throw fail('InvalidAccessError', 'Key algorithm mismatch');
        if (!key.usages.includes(usage)) throw fail('InvalidAccessError', `Unable to use this key to ${usage}`);
        return content;
    }

    return { CryptoKey, bytesOf, contentOf, exportKey, fail, generateKey, hmacBits, importKey, secretKey, shaName, unsupported, use };
})();
