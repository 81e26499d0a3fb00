// What the parts of node:crypto share: bytes of whatever a caller passes, results in the wanted encoding, callbacks.
// Evaluated at the first import of the module.
(function () {
    const { core } = __bootstrap;
    const { Buffer } = core.loadExtScript('ext:onevent/buffer.js');
    const { setTimeout } = core.loadExtScript('ext:deno_web/02_timers.js');
    const { coded, invalidType, viewOf } = core.loadExtScript('ext:onevent/digests.js');

    const toBuffer = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const encoded = (bytes, encoding) =>
        encoding === undefined || encoding === null || encoding === 'buffer' ? toBuffer(bytes) : toBuffer(bytes).toString(encoding);
    const outOfRange = (name, range, value) =>
        coded(new RangeError(`The value of "${name}" is out of range. It must be ${range}. Received ${value}`), 'ERR_OUT_OF_RANGE');
    const invalidValue = (name, value) =>
        coded(new TypeError(`The property '${name}' is invalid. Received ${typeof value === 'string' ? `'${value}'` : String(value)}`), 'ERR_INVALID_ARG_VALUE');
    const invalidDigest = (name) => coded(new TypeError(name === undefined ? 'Invalid digest' : `Invalid digest: ${name}`), 'ERR_CRYPTO_INVALID_DIGEST');

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

    return { Buffer, checkSize, copyOf, dataBytes, encoded, invalidDigest, invalidValue, later, outOfRange, toBuffer };
})();
