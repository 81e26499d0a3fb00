// The keys of node:crypto: what makes one, what a caller may pass for one, and pairs of keys. Evaluated at the first import
// of the module.
import { type Bytes, type Coded, coded, invalidType, viewOf } from '../crypto/digests.ts';
import * as keys from '../crypto/keys.ts';
import { contentOf } from '../web/crypto.ts';
import { type ExportOptions, KeyObject, asymmetricKey, contentsOf, secretKey, written } from './key-object.ts';
import { Buffer, type Callback, copyOf, invalidProperty, invalidValue, later, toBuffer } from './values.ts';

export { KeyObject };
/** Which half of a key is needed. */
export type Half = 'private' | 'public';

export function createSecretKey(key: unknown, encoding?: unknown): KeyObject {
    const bytes = typeof key === 'string' ? Buffer.from(key, encoding as BufferEncoding) : viewOf(key);
    if (bytes === undefined) {
        throw invalidType('key', 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView', key);
    }
    return secretKey(copyOf(bytes as Bytes));
}

const EXPECTED = 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, or DataView';
const EXPECTED_OR_KEY = 'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, KeyObject, or CryptoKey';

/** The bytes of a secret, in any of the forms that Node takes. */
export function keyBytes(key: unknown, name = 'key', encoding: BufferEncoding = 'utf8'): Bytes {
    if (typeof key === 'string') return Buffer.from(key, encoding);
    if (key instanceof KeyObject) {
        const content = contentsOf(key);
        if (!(content instanceof Uint8Array)) throw wrongType(key.type, 'secret');
        return content;
    }
    const secret = contentOf(key);
    const bytes = viewOf(key) ?? (secret instanceof Uint8Array ? secret : undefined);
    if (bytes === undefined) throw invalidType(name, EXPECTED_OR_KEY, key);
    return copyOf(bytes);
}

const wrongType = (type: string, expected: string): Coded =>
    coded(new TypeError(`Invalid key object type ${type}, expected ${expected}.`), 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE');

/** The encodings of DER, by the half that is wanted and Node's name. */
const DER_TYPES = {
    private: new Map([['pkcs8', 'pkcs8'], ['pkcs1', 'pkcs1-private'], ['sec1', 'sec1']]),
    public: new Map([['spki', 'spki'], ['pkcs1', 'pkcs1-public'], ['pkcs8', 'pkcs8'], ['sec1', 'sec1']]),
    // What the names mean where a private key comes instead of a public one.
    other: new Map([['pkcs1', 'pkcs1-private']]),
};

function readDer(bytes: Uint8Array, type: unknown, want: keyof typeof DER_TYPES): keys.KeyRecord {
    const encoding = DER_TYPES[want].get(type as string);
    if (encoding === undefined) throw invalidValue('options.type', type);
    try {
        return keys.readDer(encoding, bytes);
    } catch (error) {
        if (want === 'public' && DER_TYPES.other.has(type as string)) return readDer(bytes, type, 'other');
        throw keys.isOurs(error) ? error : keys.unreadable();
    }
}

interface KeyInput {
    key?: unknown;
    format?: unknown;
    type?: unknown;
    encoding?: unknown;
}

function readText(key: unknown, options: KeyInput, want: Half, name: string, expected: string): keys.KeyRecord {
    const format = options.format ?? 'pem';
    if (format !== 'pem' && format !== 'der') throw invalidValue('options.format', format);
    const bytes = typeof key === 'string' ? undefined : viewOf(key);
    if (typeof key !== 'string' && bytes === undefined) {
        throw name === 'key' ? invalidType(name, expected, key) : invalidProperty(name, expected, key);
    }
    if (format === 'der') {
        return readDer(bytes ?? Buffer.from(key as string, options.encoding as BufferEncoding), options.type, want);
    }
    return keys.readPem(bytes === undefined ? (key as string) : toBuffer(bytes).toString('latin1'), want === 'private');
}

/** A key for use, whatever a caller passes for it: the record, of the private or the public half. */
export function prepared(input: unknown, want: Half): keys.KeyRecord {
    const isPlain = typeof input === 'object' && viewOf(input) === undefined;
    const given = isPlain && !(input instanceof KeyObject) && contentOf(input) === undefined ? (input as KeyInput).key : input;
    if (given instanceof KeyObject || contentOf(given) !== undefined) {
        const key = given instanceof KeyObject ? given : KeyObject.from(given);
        if (key.type !== want && (want === 'private' || key.type === 'secret')) {
            throw wrongType(key.type, want === 'private' ? 'private' : 'private or public');
        }
        return contentsOf(key) as keys.KeyRecord;
    }
    return fresh(input, want, EXPECTED_OR_KEY);
}

/** A key from text, bytes or a JWK. */
function fresh(input: unknown, want: Half, expected: string): keys.KeyRecord {
    const isPlain = typeof input === 'object' && viewOf(input) === undefined && !(input instanceof KeyObject);
    if (!isPlain) return readText(input, {}, want, 'key', expected);
    const options = input as KeyInput;
    if (options.format === 'jwk') return keys.readJwk(options.key, want === 'private');
    return readText(options.key, options, want, 'key.key', expected);
}

export const createPrivateKey = (key?: unknown): KeyObject => asymmetricKey(fresh(key, 'private', EXPECTED), 'private');

export function createPublicKey(key?: unknown): KeyObject {
    const inner = typeof key === 'object' && key !== null ? (key as KeyInput).key : undefined;
    const given = inner instanceof KeyObject ? inner : key;
    if (given instanceof KeyObject) {
        if (given.type !== 'private') throw wrongType(given.type, 'private');
        return asymmetricKey(keys.publicHalf(contentsOf(given) as keys.KeyRecord), 'public');
    }
    return asymmetricKey(keys.publicHalf(fresh(key, 'public', EXPECTED)), 'public');
}

interface PairOptions {
    namedCurve?: unknown;
    publicKeyEncoding?: ExportOptions | null;
    privateKeyEncoding?: ExportOptions | null;
}

const GENERATED = new Map([
    ['P-256', 'P-256'], ['prime256v1', 'P-256'], ['P-384', 'P-384'], ['secp384r1', 'P-384'], ['P-521', 'P-521'], ['secp521r1', 'P-521'],
]);

function kindToGenerate(type: unknown, options: PairOptions | undefined): string {
    if (typeof type !== 'string') throw invalidType('type', 'of type string', type);
    if (type === 'ed25519') return type;
    if (type === 'ec') {
        const name = options?.namedCurve;
        if (typeof name !== 'string') throw invalidProperty('options.namedCurve', 'of type string', name);
        const curve = GENERATED.get(name);
        if (curve === undefined) throw coded(new TypeError('Invalid EC curve name'), 'ERR_CRYPTO_INVALID_CURVE');
        return curve;
    }
    if (/^(?:rsa|rsa-pss|dsa|ed448|x25519|x448|dh)$/.test(type)) {
        const text = `generating a pair of ${type} keys is not available in onevent: ec and ed25519 are`;
        throw coded(new Error(text), 'ERR_METHOD_NOT_IMPLEMENTED');
    }
    throw coded(new TypeError(`The argument 'type' must be a supported key type. Received '${type}'`), 'ERR_INVALID_ARG_VALUE');
}

interface Pair {
    publicKey: unknown;
    privateKey: unknown;
}

export function generateKeyPairSync(type?: unknown, options?: PairOptions): Pair {
    const record = keys.generate(kindToGenerate(type, options));
    const half = (half: Half, encoding: ExportOptions | null | undefined): unknown =>
        encoding === undefined || encoding === null
            ? asymmetricKey(half === 'private' ? record : keys.publicHalf(record), half)
            : written(record, half, encoding, `options.${half}KeyEncoding`);
    return { publicKey: half('public', options?.publicKeyEncoding), privateKey: half('private', options?.privateKeyEncoding) };
}

export function generateKeyPair(type: unknown, options: PairOptions, callback: (...values: unknown[]) => void): void {
    kindToGenerate(type, options);
    const done: Callback<Pair> = (error, pair) => (error ? callback(error) : callback(null, pair?.publicKey, pair?.privateKey));
    later(done, () => generateKeyPairSync(type, options));
}
