// What node:crypto and crypto.subtle share: names of digests, bytes of whatever a caller passes, Node's errors.
// Evaluated at the first use of either.
(function () {
    const { core, primordials } = __bootstrap;
    const { ArrayBufferIsView, TypeError, Uint8Array } = primordials;
    const { op_onevent_digest, op_onevent_hmac } = core.ops;
    const { isAnyArrayBuffer } = core;

    const DIGESTS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-224', 'sha512-256'];
    // OpenSSL's other names, in lower case.
    const ALIASES = { __proto__: null };
    for (const name of DIGESTS) {
        ALIASES[name] = name;
        ALIASES[`rsa-${name}`.replace('-224', '/224').replace('-256', '/256')] = name;
        ALIASES[`${name}withrsaencryption`] = name;
    }
    Object.assign(ALIASES, { 'sha-1': 'sha1', 'sha-224': 'sha224', 'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512', 'rsa-sha1-2': 'sha1' });

    const digestName = (name) => ALIASES[`${name}`.toLowerCase()];

    function coded(error, code) {
        error.code = code;
        return error;
    }

    /** `Received ...`, as Node ends its messages about types. */
    function received(value) {
        if (value === undefined || value === null) return `Received ${value}`;
        if (typeof value === 'function') return `Received function ${value.name}`;
        if (typeof value === 'object') {
            const name = value.constructor?.name;
            return name ? `Received an instance of ${name}` : 'Received an object';
        }
        const shown = typeof value === 'string' ? `'${value.length > 28 ? `${value.slice(0, 25)}...` : value}'` : `${String(value)}${typeof value === 'bigint' ? 'n' : ''}`;
        return `Received type ${typeof value} (${shown})`;
    }

    const invalidType = (name, expected, value) =>
        coded(new TypeError(`The "${name}" argument must be ${expected}. ${received(value)}`), 'ERR_INVALID_ARG_TYPE');

    /** The bytes that a view or an ArrayBuffer shows, without a copy; undefined of anything else. */
    function viewOf(value) {
        if (ArrayBufferIsView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
        return isAnyArrayBuffer(value) ? new Uint8Array(value) : undefined;
    }

    /** All bytes in one piece: an op takes them at once. */
    function join(chunks) {
        if (chunks.length === 1) return chunks[0];
        let length = 0;
        for (const chunk of chunks) length += chunk.length;
        const whole = new Uint8Array(length);
        let at = 0;
        for (const chunk of chunks) {
            whole.set(chunk, at);
            at += chunk.length;
        }
        return whole;
    }

    return {
        DIGESTS,
        digestName,
        digest: (name, bytes) => op_onevent_digest(name, bytes),
        hmac: (name, key, bytes) => op_onevent_hmac(name, key, bytes),
        coded,
        invalidType,
        join,
        received,
        viewOf,
    };
})();
