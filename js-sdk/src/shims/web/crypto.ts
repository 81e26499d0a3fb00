// The global `crypto`: random values and `crypto.subtle`. Evaluated at first use.
import { op_onevent_aes_cbc, op_onevent_aes_ctr, op_onevent_aes_gcm, op_onevent_equal, op_onevent_pbkdf2, op_onevent_random } from 'ext:core/ops';

import type { Scheme } from '../../ops-crypto.ts';
import { type Bytes, digest, digestName, hmac, join, viewOf } from '../crypto/digests.ts';
import * as keys from '../crypto/keys.ts';
import * as webKeys from './keys.ts';

const { CryptoKey, bytesOf, contentOf, fail, shaName, unsupported, use } = webKeys;
type CryptoKey = InstanceType<typeof CryptoKey>;

/** An algorithm with its parameters. What is wrong with one shows where it is used. */
interface Parameters {
    name?: unknown;
    hash?: unknown;
    salt?: unknown;
    info?: unknown;
    iterations?: number;
    length?: number;
    iv?: unknown;
    counter?: unknown;
    tagLength?: number;
    additionalData?: unknown;
    label?: unknown;
    saltLength?: number;
}
type Algorithm = string | Parameters;
const parametersOf = (algorithm: Algorithm): Parameters => algorithm as Parameters;

const INTEGERS = new Set(['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array']);
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const kindOf = Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)?.get as () => string | undefined;

function getRandomValues<View extends ArrayBufferView>(array: View): View {
    if (!INTEGERS.has(Reflect.apply(kindOf, array, []) ?? '')) {
        throw fail('TypeMismatchError', 'The data argument must be an integer-type TypedArray');
    }
    if (array.byteLength > 65536) throw fail('QuotaExceededError', 'The requested length exceeds 65,536 bytes');
    op_onevent_random(viewOf(array) as Bytes);
    return array;
}

function randomUUID(): string {
    const bytes = new Uint8Array(16);
    op_onevent_random(bytes);
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    const hex = bytes.toHex();
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const make = {};
const nameOf = (algorithm: Algorithm): string =>
    `${(typeof algorithm === 'string' ? algorithm : (algorithm as Parameters | undefined)?.name) as string}`.toUpperCase();
const bufferOf = (bytes: Bytes): ArrayBuffer => (bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer);

function hkdf(name: string, key: Uint8Array, salt: Uint8Array, info: Bytes, length: number): Bytes {
    const width = digest(name, new Uint8Array(0)).length;
    if (length > 255 * width) throw new RangeError('Invalid key length');
    const pseudo = hmac(name, salt.length === 0 ? new Uint8Array(width) : salt, key);
    const blocks: Bytes[] = [];
    let last: Bytes = new Uint8Array(0);
    for (let count = 1; (count - 1) * width < length; count++) {
        last = hmac(name, pseudo, join([last, info, new Uint8Array([count])]));
        blocks.push(last);
    }
    return join([...blocks, new Uint8Array(0)]).slice(0, length);
}

/** A longer key than this is no key: `MAX_DERIVED_KEY_BYTES` of the crate crypto. */
const MAX_KEY_BYTES = 1024 * 1024;

/** A key of so many bytes, which `fill` computes. */
function derived(length: number, fill: (key: Bytes) => void): Bytes {
    if (length > MAX_KEY_BYTES) throw new RangeError(`the key is too long (limit derived_key_bytes: ${MAX_KEY_BYTES}, used: ${length})`);
    const key = new Uint8Array(length);
    if (length > 0) fill(key);
    return key;
}

const pbkdf2 = (name: string, secret: Uint8Array, salt: Uint8Array, iterations: number, length: number): Bytes =>
    derived(length, (key) => op_onevent_pbkdf2(name, secret, salt, iterations, key));

/** Null where the tag is wrong. */
function aesGcm(seal: boolean, key: Uint8Array, nonce: Uint8Array, data: Uint8Array, associated: Uint8Array): Bytes | null {
    const output = new Uint8Array(Math.max(0, data.length + (seal ? 16 : -16)));
    return op_onevent_aes_gcm(seal, key, nonce, data, associated, output) ? output : null;
}

function derive(algorithm: Algorithm, key: CryptoKey, bits: unknown, usage: string): Bytes {
    const secret = use(key, algorithm, usage) as Bytes;
    if (bits === null || bits === undefined || (bits as number) % 8 !== 0) {
        throw fail('OperationError', 'length must be a multiple of 8');
    }
    const bytes = (bits as number) / 8;
    const { hash, salt, info, iterations } = parametersOf(algorithm);
    const { digest: name } = shaName(hash);
    const grain = bytesOf(salt);
    if (nameOf(algorithm) === 'HKDF') return hkdf(name, secret, grain, bytesOf(info), bytes);
    if (!((iterations as number) >= 1)) throw fail('OperationError', 'iterations cannot be zero');
    return pbkdf2(name, secret, grain, iterations as number, bytes);
}

const failed = () => fail('OperationError', 'The operation failed for an operation-specific reason');

function gcm(seal: boolean, algorithm: Parameters, secret: Uint8Array, data: Uint8Array): Bytes | null {
    const iv = bytesOf(algorithm.iv);
    if (iv.length !== 12) throw unsupported('AES-GCM with an iv of other than 12 bytes');
    if ((algorithm.tagLength ?? 128) !== 128) throw unsupported('AES-GCM with a tagLength of other than 128');
    const associated = algorithm.additionalData === undefined ? new Uint8Array(0) : bytesOf(algorithm.additionalData);
    return aesGcm(seal, secret, iv, data, associated);
}

function cbc(seal: boolean, algorithm: Parameters, secret: Uint8Array, data: Uint8Array): Bytes | null {
    const iv = bytesOf(algorithm.iv);
    if (iv.length !== 16) throw fail('OperationError', 'algorithm.iv must contain exactly 16 bytes');
    const output = new Uint8Array(data.length + 16);
    const length = op_onevent_aes_cbc(seal, true, secret, iv, data, output);
    return length < 0 ? null : output.slice(0, length);
}

function ctr(_: boolean, algorithm: Parameters, secret: Uint8Array, data: Uint8Array): Bytes | null {
    const counter = bytesOf(algorithm.counter);
    if (counter.length !== 16) throw fail('OperationError', 'algorithm.counter must contain exactly 16 bytes');
    const bits = algorithm.length as number;
    if (!(bits >= 1 && bits <= 128)) throw fail('OperationError', 'algorithm.length must be between 1 and 128');
    const blocks = BigInt(Math.ceil(data.length / 16));
    const start = BigInt.asUintN(bits, BigInt(`0x${counter.toHex()}`));
    if (blocks > 1n << BigInt(bits)) throw fail('OperationError', 'the data is too long for the counter');
    if (bits < 128 && start + blocks > 1n << BigInt(bits)) throw unsupported('AES-CTR with a counter that starts again at zero');
    const output = new Uint8Array(data.length);
    return op_onevent_aes_ctr(secret, counter, 0, data, output) ? output : null;
}

const CIPHERS = new Map([
    ['AES-GCM', gcm],
    ['AES-CBC', cbc],
    ['AES-CTR', ctr],
]);

function oaep(encrypts: boolean, algorithm: Parameters, key: CryptoKey, content: keys.KeyRecord, data: Uint8Array): Bytes | null {
    const label = algorithm.label === undefined ? new Uint8Array(0) : bytesOf(algorithm.label);
    const { digest: name } = shaName(key.algorithm.hash);
    try {
        return (encrypts ? keys.encrypt : keys.decrypt)(name, content, label, data);
    } catch {
        return null;
    }
}

function cipher(encrypts: boolean, algorithm: Algorithm, key: CryptoKey, input: unknown): ArrayBuffer {
    const content = use(key, algorithm, encrypts ? 'encrypt' : 'decrypt');
    const data = bytesOf(input);
    const parameters = parametersOf(algorithm);
    const output =
        content instanceof Uint8Array
            ? (CIPHERS.get(key.algorithm.name) as typeof gcm)(encrypts, parameters, content, data)
            : oaep(encrypts, parameters, key, content, data);
    if (output === null) throw failed();
    return bufferOf(output);
}

/** Scheme, digest and salt of a signature. */
function schemeOf(algorithm: Algorithm, key: CryptoKey): [Scheme, string, number] {
    switch (key.algorithm.name) {
        case 'RSASSA-PKCS1-v1_5':
            return ['pkcs1', shaName(key.algorithm.hash).digest, 0];
        case 'RSA-PSS': {
            const salt = parametersOf(algorithm).saltLength as number;
            if (!(Number.isInteger(salt) && salt >= 0 && salt <= 1024)) throw fail('OperationError', 'algorithm.saltLength does not fit the key');
            return ['pss', shaName(key.algorithm.hash).digest, salt];
        }
        case 'ECDSA':
            return ['ecdsa-fixed', shaName(parametersOf(algorithm).hash).digest, 0];
        default:
            return ['ed25519', 'sha512', 0];
    }
}

const macOf = (key: CryptoKey, secret: Uint8Array, data: Uint8Array): Bytes =>
    hmac(digestName(key.algorithm.hash?.name) as string, secret, data);

class SubtleCrypto {
    constructor(token?: unknown) {
        if (token !== make) throw new TypeError('Illegal constructor');
    }
    async digest(algorithm: Algorithm, data: unknown): Promise<ArrayBuffer> {
        return bufferOf(digest(shaName(algorithm).digest, bytesOf(data)));
    }
    async importKey(format: unknown, data: unknown, algorithm: webKeys.Algorithm, extractable: unknown, usages: Iterable<string>) {
        return webKeys.importKey(format, data, algorithm, extractable, usages);
    }
    async exportKey(format: unknown, key: CryptoKey) {
        return webKeys.exportKey(format, key);
    }
    async generateKey(algorithm: webKeys.Algorithm, extractable: unknown, usages: Iterable<string>) {
        return webKeys.generateKey(algorithm, extractable, usages);
    }
    async sign(algorithm: Algorithm, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
        const content = use(key, algorithm, 'sign');
        const bytes = bytesOf(data);
        if (content instanceof Uint8Array) return bufferOf(macOf(key, content, bytes));
        const [scheme, name, salt] = schemeOf(algorithm, key);
        try {
            return bufferOf(keys.sign(scheme, name, salt, content, bytes));
        } catch (error) {
            throw error instanceof RangeError && /the limit/.test(error.message) ? error : failed();
        }
    }
    async verify(algorithm: Algorithm, key: CryptoKey, signature: unknown, data: unknown): Promise<boolean> {
        const content = use(key, algorithm, 'verify');
        const [given, bytes] = [bytesOf(signature), bytesOf(data)];
        if (content instanceof Uint8Array) return op_onevent_equal(macOf(key, content, bytes), given);
        const [scheme, name, salt] = schemeOf(algorithm, key);
        return keys.verify(scheme, name, salt, content, bytes, given);
    }
    async encrypt(algorithm: Algorithm, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
        return cipher(true, algorithm, key, data);
    }
    async decrypt(algorithm: Algorithm, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
        return cipher(false, algorithm, key, data);
    }
    async deriveBits(algorithm: Algorithm, key: CryptoKey, length: unknown): Promise<ArrayBuffer> {
        return bufferOf(derive(algorithm, key, length, 'deriveBits'));
    }
    async deriveKey(algorithm: Algorithm, key: CryptoKey, wanted: webKeys.Algorithm, extractable: unknown, usages: Iterable<string>) {
        const bits = (typeof wanted === 'string' ? undefined : wanted.length) ?? webKeys.hmacBits(wanted);
        return webKeys.secretKey(wanted, derive(algorithm, key, bits, 'deriveKey'), extractable, usages);
    }
    async wrapKey(): Promise<never> {
        throw unsupported('crypto.subtle.wrapKey');
    }
    async unwrapKey(): Promise<never> {
        throw unsupported('crypto.subtle.unwrapKey');
    }
}

const subtle = new SubtleCrypto(make);
class Crypto {
    constructor(token?: unknown) {
        if (token !== make) throw new TypeError('Illegal constructor');
    }
    get subtle(): SubtleCrypto {
        return subtle;
    }
    getRandomValues<View extends ArrayBufferView>(array: View): View {
        return getRandomValues(array);
    }
    randomUUID(): string {
        return randomUUID();
    }
}
for (const owner of [Crypto, SubtleCrypto, CryptoKey]) {
    Object.defineProperty(owner.prototype, Symbol.toStringTag, { value: owner.name, configurable: true });
}
const crypto = new Crypto(make);

export { Crypto, CryptoKey, SubtleCrypto, aesGcm, contentOf, crypto, derived, getRandomValues, hkdf, pbkdf2, randomUUID };
