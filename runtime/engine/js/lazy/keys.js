// Asymmetric keys, as node:crypto and crypto.subtle share them: read from PEM, DER and JWK, written again, and used.
// Evaluated at the first use of either.
//
// A key is a record: `privateDer` (PKCS#8, null of a public key), `publicDer` (SPKI), `kind` (`rsa`, `P-256`, `P-384`,
// `P-521`, `ed25519`), and of RSA `modulusBits` and `publicExponent`.
(function () {
    const { core } = __bootstrap;
    const ops = core.ops;
    const { op_onevent_generate_key, op_onevent_key_from_parts, op_onevent_key_parts, op_onevent_read_key } = ops;
    const { op_onevent_rsa_oaep, op_onevent_sign, op_onevent_traditional_key, op_onevent_verify } = ops;
    const { coded, received } = core.loadExtScript('ext:onevent/digests.js');

    /** A copy: memory that JavaScript allocates counts against the run, what an op brings does not. */
    const owned = (bytes) => bytes.slice();

    function record(read) {
        const privateDer = read.privateDer === null ? null : owned(read.privateDer);
        return { ...read, privateDer, publicDer: owned(read.publicDer) };
    }

    const readDer = (encoding, bytes) => record(op_onevent_read_key(encoding, bytes));
    const generate = (kind) => record(op_onevent_generate_key(kind));

    const PRIVATE_LABELS = { __proto__: null, 'PRIVATE KEY': 'pkcs8', 'RSA PRIVATE KEY': 'pkcs1-private', 'EC PRIVATE KEY': 'sec1' };
    const PUBLIC_LABELS = { __proto__: null, 'PUBLIC KEY': 'spki', 'RSA PUBLIC KEY': 'pkcs1-public', CERTIFICATE: 'certificate' };
    const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g;

    const unreadable = () => coded(new Error('error:1E08010C:DECODER routines::unsupported'), 'ERR_OSSL_UNSUPPORTED');

    function withPassphrase() {
        const text = 'keys with a passphrase are not available in onevent: write the key without one, with `openssl pkcs8 -topk8 -nocrypt`';
        return coded(new Error(text), 'ERR_OSSL_UNSUPPORTED');
    }

    function readBlock(encoding, base64) {
        let bytes;
        try {
            bytes = Uint8Array.fromBase64(base64);
        } catch {
            throw unreadable();
        }
        try {
            return readDer(encoding, bytes);
        } catch (error) {
            throw /not available in onevent|the limit/.test(error.message) ? error : unreadable();
        }
    }

    /** The first key of its kind in a PEM text. Where a public one is wanted, a private one will do. */
    function readPem(text, wantPrivate) {
        const blocks = [...text.matchAll(BLOCK)];
        const labels = wantPrivate ? [PRIVATE_LABELS] : [PUBLIC_LABELS, PRIVATE_LABELS];
        for (const known of labels) {
            for (const [, label, body] of blocks) {
                if (label === 'ENCRYPTED PRIVATE KEY' && known === PRIVATE_LABELS) throw withPassphrase();
                if (known[label] === undefined) continue;
                if (body.includes('ENCRYPTED')) throw withPassphrase();
                return readBlock(known[label], body);
            }
        }
        // The old form of encryption has lines with dashes before the key.
        if (/^Proc-Type: 4,ENCRYPTED/m.test(text)) throw withPassphrase();
        throw unreadable();
    }

    function toPem(label, der) {
        const lines = der.toBase64().match(/.{1,64}/g) ?? [];
        return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
    }

    const SIZES = { __proto__: null, 'P-256': 32, 'P-384': 48, 'P-521': 66 };

    function invalidProperty(name, expected, value) {
        return coded(new TypeError(`The "${name}" property must be ${expected}. ${received(value)}`), 'ERR_INVALID_ARG_TYPE');
    }

    function number(jwk, name, size = 0) {
        const text = jwk[name];
        if (typeof text !== 'string') throw invalidProperty(`key.${name}`, 'of type string', text);
        let bytes;
        try {
            bytes = Uint8Array.fromBase64(text, { alphabet: 'base64url' });
        } catch {
            throw coded(new TypeError('Invalid JWK data'), 'ERR_CRYPTO_INVALID_JWK');
        }
        if (bytes.length >= size) return bytes;
        const padded = new Uint8Array(size);
        padded.set(bytes, size - bytes.length);
        return padded;
    }

    function oneOf(name, choices, value) {
        const list = choices.map((choice) => `'${choice}'`).join(', ');
        return coded(new TypeError(`The property '${name}' must be one of: ${list}. Received '${value}'`), 'ERR_INVALID_ARG_VALUE');
    }

    function parts(jwk, wantPrivate) {
        switch (jwk.kty) {
            case 'RSA':
                return ['rsa', (wantPrivate ? ['n', 'e', 'd', 'p', 'q'] : ['n', 'e']).map((name) => number(jwk, name))];
            case 'EC': {
                const size = SIZES[jwk.crv];
                if (size === undefined) throw oneOf('key.crv', ['P-256', 'P-384', 'P-521'], jwk.crv);
                return [jwk.crv, (wantPrivate ? ['x', 'y', 'd'] : ['x', 'y']).map((name) => number(jwk, name, size))];
            }
            case 'OKP':
                if (jwk.crv !== 'Ed25519') throw oneOf('key.crv', ['Ed25519'], jwk.crv);
                return ['ed25519', (wantPrivate ? ['x', 'd'] : ['x']).map((name) => number(jwk, name))];
            default:
                throw oneOf('key.kty', ['RSA', 'EC', 'OKP'], jwk.kty);
        }
    }

    function readJwk(jwk, wantPrivate) {
        if (typeof jwk !== 'object' || jwk === null) throw invalidProperty('key.key', 'of type object', jwk);
        const [kind, numbers] = parts(jwk, wantPrivate);
        try {
            return record(op_onevent_key_from_parts(kind, wantPrivate, numbers));
        } catch {
            throw coded(new TypeError(`Invalid JWK ${jwk.kty} key`), 'ERR_CRYPTO_INVALID_JWK');
        }
    }

    const base64url = (bytes) => bytes.toBase64({ alphabet: 'base64url', omitPadding: true });

    /** In Node's order of fields. */
    function toJwk(key, asPrivate) {
        const texts = op_onevent_key_parts(asPrivate, asPrivate ? key.privateDer : key.publicDer).map(base64url);
        if (key.kind === 'rsa') {
            const names = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'];
            const jwk = { kty: 'RSA' };
            texts.forEach((text, index) => {
                jwk[names[index]] = text;
            });
            return jwk;
        }
        if (key.kind === 'ed25519') return { crv: 'Ed25519', ...(asPrivate ? { d: texts[1] } : {}), x: texts[0], kty: 'OKP' };
        return { kty: 'EC', x: texts[0], y: texts[1], crv: key.kind, ...(asPrivate ? { d: texts[2] } : {}) };
    }

    /** PKCS#1 or SEC1. */
    const traditional = (key, asPrivate) => owned(op_onevent_traditional_key(asPrivate, asPrivate ? key.privateDer : key.publicDer));

    const sign = (scheme, digest, salt, key, data) => owned(op_onevent_sign(scheme, digest, salt, key.privateDer, data));
    const verify = (scheme, digest, salt, key, data, signature) => op_onevent_verify(scheme, digest, salt, key.publicDer, data, signature);
    const encrypt = (digest, key, label, data) => owned(op_onevent_rsa_oaep(true, digest, key.publicDer, label, data));
    const decrypt = (digest, key, label, data) => owned(op_onevent_rsa_oaep(false, digest, key.privateDer, label, data));

    return { SIZES, base64url, decrypt, encrypt, generate, readDer, readJwk, readPem, sign, toJwk, toPem, traditional, unreadable, verify };
})();
