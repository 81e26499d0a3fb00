// `Hash` and `Hmac` of node:crypto. As in Node, the end of a stream takes the digest too, and `digest()` after it still
// answers: a Hash with the same, an Hmac with nothing.
import { type Bytes, type Coded, coded, digest, digestName, hmac, invalidType, join } from '../crypto/digests.ts';
import { keyBytes } from './keys.ts';
import { LazyTransform } from './lazy-streams.ts';
import { Buffer, callable, dataBytes, encodingOf, invalidDigest, invalidProperty, outOfRange, toBuffer } from './values.ts';

/** What a stream calls when a chunk is done. */
export type Done = (error?: unknown) => void;

interface HashOptions {
    outputLength?: unknown;
}

const finalized = (): Coded => coded(new Error('Digest already called'), 'ERR_CRYPTO_HASH_FINALIZED');

/** In the wanted encoding; what is none is a Buffer, as in Node. */
function shown(bytes: Bytes, encoding: unknown): Buffer | string {
    const name = `${(encoding ?? 'buffer') as string}`;
    return Buffer.isEncoding(name) ? toBuffer(bytes).toString(name) : toBuffer(bytes);
}

/** These digests have one length each. */
function checkLength(name: string, options: unknown): void {
    const { outputLength: length } = (typeof options === 'object' && options !== null ? options : {}) as HashOptions;
    if (length === undefined) return;
    if (typeof length !== 'number') throw invalidProperty('options.outputLength', 'of type number', length);
    if (!Number.isInteger(length)) throw outOfRange('options.outputLength', 'an integer', length);
    if (length < 0 || length > 4294967295) throw outOfRange('options.outputLength', '>= 0 && <= 4294967295', length);
    if (length !== digest(name, new Uint8Array(0)).length) {
        const text = 'error:030000B2:digital envelope routines::not XOF or invalid length';
        throw coded(new Error(text), 'ERR_OSSL_EVP_NOT_XOF_OR_INVALID_LENGTH');
    }
}

/** The encoding of a key that is text. */
function keyEncoding(options: unknown): BufferEncoding {
    const { encoding } = (options ?? {}) as { encoding?: unknown };
    if (encoding !== undefined && encoding !== null && typeof encoding !== 'string') {
        throw invalidProperty('options.encoding', 'of type string', encoding);
    }
    return encodingOf(encoding);
}

let chunksOf: (hash: Hash) => Bytes[];

class Hash extends LazyTransform {
    readonly #name: string;
    #chunks: Bytes[] = [];
    #result: Bytes | null = null;
    #done = false;
    constructor(algorithm: unknown, options?: unknown) {
        if (typeof algorithm !== 'string') throw invalidType('algorithm', 'of type string', algorithm);
        const name = digestName(algorithm);
        if (name === undefined) throw new Error('Digest method not supported');
        checkLength(name, options);
        super(options);
        this.#name = name;
    }
    static {
        chunksOf = (hash) => hash.#chunks;
    }
    copy(options?: unknown): Hash {
        if (this.#done) throw finalized();
        const copy = new Hash(this.#name, options);
        chunksOf(copy).push(...this.#chunks);
        return copy;
    }
    #compute(): Bytes {
        this.#result ??= digest(this.#name, join(this.#chunks));
        return this.#result;
    }
    _transform(chunk: unknown, encoding: unknown, done: Done): void {
        this.#chunks.push(dataBytes(chunk, encoding));
        done();
    }
    _flush(done: Done): void {
        this.push(toBuffer(this.#compute().slice()));
        done();
    }
    update(data?: unknown, encoding?: unknown): this {
        if (this.#done) throw finalized();
        this.#chunks.push(dataBytes(data, encoding));
        return this;
    }
    digest(encoding?: unknown): Buffer | string {
        if (this.#done) throw finalized();
        const result = this.#compute();
        this.#done = true;
        return shown(result, encoding);
    }
}

class Hmac extends LazyTransform {
    readonly #name: string;
    readonly #key: Bytes;
    /** Null once the code was computed. */
    #chunks: Bytes[] | null = [];
    #done = false;
    constructor(algorithm: unknown, key?: unknown, options?: unknown) {
        if (typeof algorithm !== 'string') throw invalidType('hmac', 'of type string', algorithm);
        const secret = keyBytes(key, 'key', keyEncoding(options));
        const name = digestName(algorithm);
        if (name === undefined) throw invalidDigest(algorithm);
        super(options);
        this.#key = secret;
        this.#name = name;
    }
    #compute(): Bytes {
        if (this.#chunks === null) return new Uint8Array(0);
        const code = hmac(this.#name, this.#key, join(this.#chunks));
        this.#chunks = null;
        return code;
    }
    update(data?: unknown, encoding?: unknown): this {
        if (this.#done) throw finalized();
        const bytes = dataBytes(data, encoding);
        if (this.#chunks === null) throw coded(new Error('Hash update failed'), 'ERR_CRYPTO_HASH_UPDATE_FAILED');
        this.#chunks.push(bytes);
        return this;
    }
    digest(encoding?: unknown): Buffer | string {
        const code = this.#compute();
        this.#done = true;
        return shown(code, encoding);
    }
    _flush(done: Done): void {
        this.push(toBuffer(this.#compute()));
        done();
    }
    _transform(chunk: unknown, encoding: unknown, done: Done): void {
        this.#chunks?.push(dataBytes(chunk, encoding));
        done();
    }
}

const CallableHash = callable(Hash);
const CallableHmac = callable(Hmac);
export { CallableHash as Hash, CallableHmac as Hmac };
