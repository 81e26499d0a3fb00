// Signatures of node:crypto, and encryption with RSA. Evaluated at the first import of the module.
import type { Scheme } from '../../ops-crypto.ts';
import { type Bytes, type Coded, coded, digestName, invalidType, join, viewOf } from '../crypto/digests.ts';
import * as keys from '../crypto/keys.ts';
import type { Done } from './hashes.ts';
import { type Half, prepared } from './keys.ts';
import { LazyWritable } from './lazy-streams.ts';
import { type Buffer, type Callback, callable, copyOf, dataBytes, encoded, invalidDigest, invalidValue, later, toBuffer } from './values.ts';

export const constants = Object.freeze(
    Object.assign(Object.create(null) as object, {
        RSA_PKCS1_PADDING: 1,
        RSA_NO_PADDING: 3,
        RSA_PKCS1_OAEP_PADDING: 4,
        RSA_PKCS1_PSS_PADDING: 6,
        RSA_PSS_SALTLEN_DIGEST: -1,
        RSA_PSS_SALTLEN_MAX_SIGN: -2,
        RSA_PSS_SALTLEN_AUTO: -2,
    } as const),
);

const openssl = (text: string, code: string): Coded => coded(new Error(text), code);

type OptionsBag = Record<string, unknown>;

function integer(options: OptionsBag, name: string): number | undefined {
    const value = options[name];
    if (value === undefined) return undefined;
    if (value !== ((value as number) | 0)) throw invalidValue(`options.${name}`, value);
    return value as number;
}

interface Options {
    padding: number;
    salt: number;
    dsa: 'der' | 'ieee-p1363';
}

/** What a caller passes beside the key, on the same object. */
function optionsOf(key: unknown): Options {
    const given = key as OptionsBag;
    const padding = integer(given, 'padding') ?? constants.RSA_PKCS1_PADDING;
    const salt = integer(given, 'saltLength') ?? constants.RSA_PSS_SALTLEN_AUTO;
    const dsa = given['dsaEncoding'] ?? 'der';
    if (dsa !== 'der' && dsa !== 'ieee-p1363') throw invalidValue('options.dsaEncoding', dsa);
    return { padding, salt, dsa };
}

/** How a signature is made. */
function schemeOf(key: keys.KeyRecord, { padding, salt, dsa }: Options): [Scheme, salt: number] {
    if (key.kind === 'ed25519') return ['ed25519', 0];
    if (key.kind !== 'rsa') return [dsa === 'der' ? 'ecdsa-der' : 'ecdsa-fixed', 0];
    if (padding === constants.RSA_PKCS1_PADDING) return ['pkcs1', 0];
    // OpenSSL 3: -3 is the longest salt as well.
    if (padding === constants.RSA_PKCS1_PSS_PADDING) return ['pss', salt === -3 ? -2 : salt];
    throw openssl('error:1C8000A5:Provider routines::illegal or unsupported padding mode', 'ERR_OSSL_ILLEGAL_OR_UNSUPPORTED_PADDING_MODE');
}

const tooLarge = (): Coded => openssl('error:0200006E:rsa routines::data too large for key size', 'ERR_OSSL_RSA_DATA_TOO_LARGE_FOR_KEY_SIZE');

function signed(algorithm: string, key: keys.KeyRecord, options: Options, data: Bytes): Buffer {
    const [scheme, salt] = schemeOf(key, options);
    try {
        return toBuffer(keys.sign(scheme, algorithm, salt, key, data));
    } catch (error) {
        if (/the limit/.test((error as Error).message)) throw error;
        throw tooLarge();
    }
}

function verified(algorithm: string, key: keys.KeyRecord, options: Options, data: Bytes, signature: Bytes): boolean {
    const [scheme, salt] = schemeOf(key, options);
    return keys.verify(scheme, algorithm, salt, key, data, signature);
}

const unsupported = (): Coded => coded(new Error('Unsupported crypto operation'), 'ERR_CRYPTO_UNSUPPORTED_OPERATION');
const used = (): Coded => coded(new Error('Not initialised'), 'ERR_CRYPTO_INVALID_STATE');

let takeFrom: (collecting: Collecting, key: keys.KeyRecord) => [algorithm: string, data: Bytes];

/** What Sign and Verify share: an algorithm, and the data for the only use that there is. */
class Collecting extends LazyWritable {
    readonly #algorithm: string;
    #chunks: Bytes[] | null = [];
    constructor(algorithm?: unknown, options?: unknown) {
        if (typeof algorithm !== 'string') throw invalidType('algorithm', 'of type string', algorithm);
        const name = digestName(algorithm);
        if (name === undefined) throw invalidDigest();
        super(options);
        this.#algorithm = name;
    }
    _write(chunk: unknown, encoding: unknown, done: Done): void {
        this.update(chunk, encoding);
        done();
    }
    update(data?: unknown, encoding?: unknown): this {
        const bytes = dataBytes(data, encoding);
        if (this.#chunks === null) throw used();
        this.#chunks.push(bytes);
        return this;
    }
    static {
        takeFrom = (collecting, key) => {
            if (key.kind === 'ed25519') throw unsupported();
            if (collecting.#chunks === null) throw used();
            const data = join([...collecting.#chunks, new Uint8Array(0)]);
            collecting.#chunks = null;
            return [collecting.#algorithm, data];
        };
    }
}

class SignClass extends Collecting {
    sign(key?: unknown, encoding?: unknown): Buffer | string {
        if (!key) throw coded(new Error('No key provided to sign'), 'ERR_CRYPTO_SIGN_KEY_REQUIRED');
        const record = prepared(key, 'private');
        const options = optionsOf(key);
        const [algorithm, data] = takeFrom(this, record);
        return encoded(signed(algorithm, record, options, data) as Bytes, encoding === '' ? undefined : encoding);
    }
}

class VerifyClass extends Collecting {
    verify(key?: unknown, signature?: unknown, encoding?: unknown): boolean {
        const record = prepared(key, 'public');
        const options = optionsOf(key);
        const bytes = typeof signature === 'string' ? dataBytes(signature, encoding, 'signature') : viewOf(signature);
        if (bytes === undefined) {
            throw invalidType('signature', 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', signature);
        }
        const [algorithm, data] = takeFrom(this, record);
        return verified(algorithm, record, options, data, bytes);
    }
}

for (const [name, owner] of [['Sign', SignClass], ['Verify', VerifyClass]] as const) Object.defineProperty(owner, 'name', { value: name });
export const Sign = callable(SignClass);
export const Verify = callable(VerifyClass);
export const createSign = (algorithm?: unknown, options?: unknown): SignClass => new Sign(algorithm, options);
export const createVerify = (algorithm?: unknown, options?: unknown): VerifyClass => new Verify(algorithm, options);

/** The digest of a signature in one call; nothing is SHA-256, and Ed25519 has its own. */
function oneShotDigest(algorithm: unknown, key: keys.KeyRecord): string {
    if (algorithm === null || algorithm === undefined) return 'sha256';
    const name = digestName(algorithm);
    if (name === undefined) throw invalidDigest(algorithm);
    if (key.kind === 'ed25519') throw openssl('error:1C80007A:Provider routines::invalid digest', 'ERR_OSSL_INVALID_DIGEST');
    return name;
}

function checkAlgorithm(algorithm: unknown): void {
    if (algorithm !== null && algorithm !== undefined && typeof algorithm !== 'string') {
        throw invalidType('algorithm', 'of type string', algorithm);
    }
}

export function sign(algorithm: unknown, data: unknown, key: unknown, callback?: Callback<Buffer>): Buffer | void {
    checkAlgorithm(algorithm);
    const bytes = dataBytes(data, 'utf8', 'data');
    if (!key) throw coded(new Error('No key provided to sign'), 'ERR_CRYPTO_SIGN_KEY_REQUIRED');
    const options = optionsOf(key);
    const record = prepared(key, 'private');
    const compute = (): Buffer => signed(oneShotDigest(algorithm, record), record, options, bytes);
    return callback === undefined ? compute() : later(callback, compute);
}

export function verify(algorithm: unknown, data: unknown, key: unknown, signature: unknown, callback?: Callback<boolean>): boolean | void {
    checkAlgorithm(algorithm);
    const bytes = dataBytes(data, 'utf8', 'data');
    const options = optionsOf(key);
    if (!ArrayBuffer.isView(signature)) throw invalidType('signature', 'an instance of Buffer, TypedArray, or DataView', signature);
    const record = prepared(key, 'public');
    const written = copyOf(viewOf(signature) as Bytes);
    const compute = (): boolean => verified(oneShotDigest(algorithm, record), record, options, bytes, written);
    return callback === undefined ? compute() : later(callback, compute);
}

/** RSA with OAEP, the only padding here and the default of Node's. */
function oaep(key: unknown, data: unknown, want: Half): [digest: string, key: keys.KeyRecord, label: Bytes, data: Bytes] {
    const options = (typeof key === 'object' && key !== null && viewOf(key) === undefined ? key : {}) as OptionsBag;
    const record = prepared(key, want);
    const padding = integer(options, 'padding') ?? constants.RSA_PKCS1_OAEP_PADDING;
    if (padding !== constants.RSA_PKCS1_OAEP_PADDING) {
        throw coded(new Error(`the padding ${padding} is not available in onevent: RSA_PKCS1_OAEP_PADDING is`), 'ERR_METHOD_NOT_IMPLEMENTED');
    }
    const digest = digestName(options['oaepHash'] ?? 'sha1');
    if (digest === undefined) throw openssl('Invalid digest used', 'ERR_OSSL_EVP_INVALID_DIGEST');
    const label = options['oaepLabel'] === undefined ? new Uint8Array(0) : dataBytes(options['oaepLabel'], 'utf8', 'key.oaepLabel');
    const bytes = dataBytes(data, options['encoding'], 'buffer');
    if (record.kind !== 'rsa') {
        const text = 'error:03000096:digital envelope routines::operation not supported for this keytype';
        throw openssl(text, 'ERR_OSSL_EVP_OPERATION_NOT_SUPPORTED_FOR_THIS_KEYTYPE');
    }
    return [digest, record, label, bytes];
}

export function publicEncrypt(key: unknown, data: unknown): Buffer {
    const wanted = oaep(key, data, 'public');
    try {
        return toBuffer(keys.encrypt(...wanted));
    } catch {
        throw tooLarge();
    }
}

export function privateDecrypt(key: unknown, data: unknown): Buffer {
    const wanted = oaep(key, data, 'private');
    try {
        return toBuffer(keys.decrypt(...wanted));
    } catch {
        throw openssl('error:02000079:rsa routines::oaep decoding error', 'ERR_OSSL_RSA_OAEP_DECODING_ERROR');
    }
}
