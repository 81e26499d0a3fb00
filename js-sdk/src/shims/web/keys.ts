// The keys of crypto.subtle: import, export and making of keys. Evaluated at first use.
import { op_onevent_random } from 'ext:core/ops';
import { DOMException } from 'ext:deno_web/01_dom_exception.js';

import type { Bytes } from '../crypto/digests.ts';
import * as keys from '../crypto/keys.ts';
import { type Algorithm, type Kind, SHA_BITS, bytesOf, fail, kindOf, shaName, unsupported } from './algorithms.ts';
import { CryptoKey, type KeyFacts, type KeyType, contentOf, makeKey } from './crypto-key.ts';

function checkUsages(kind: Kind, type: KeyType, wanted: string[]): void {
    for (const usage of wanted) {
        if (!(kind[type] as string[]).includes(usage)) throw fail('SyntaxError', `Unsupported key usage for a ${kind.name} key`);
    }
}

/** The usages in the standard's order, checked. */
function usagesOf(kind: Kind, type: KeyType, wanted: Iterable<string>): string[] {
    const list = [...wanted];
    checkUsages(kind, type, list);
    if (list.length === 0 && type !== 'public') throw fail('SyntaxError', `Usages cannot be empty when importing a ${type} key.`);
    return (kind[type] as string[]).filter((usage) => list.includes(usage));
}

function secretKey(algorithm: Algorithm, bytes: Bytes, extractable: unknown, wanted: Iterable<string>): CryptoKey {
    const kind = kindOf(algorithm);
    if (kind.secret === undefined) throw unsupported(`a secret as the key of ${kind.name}`);
    const usages = usagesOf(kind, 'secret', wanted);
    const facts: KeyFacts = { name: kind.name };
    if (kind.name === 'HMAC') {
        if (bytes.length === 0) throw fail('DataError', 'Zero-length key is not supported');
        facts.hash = { name: shaName(hashOf(algorithm)).web };
        facts.length = bytes.length * 8;
    } else if (kind.name.startsWith('AES')) {
        if (bytes.length !== 16 && bytes.length !== 24 && bytes.length !== 32) throw fail('DataError', 'Invalid key length');
        facts.length = bytes.length * 8;
    } else if (extractable) {
        throw fail('SyntaxError', `${kind.name} keys are not extractable`);
    }
    return makeKey(bytes, { type: 'secret', extractable: Boolean(extractable), algorithm: facts, usages });
}

const hashOf = (algorithm: Algorithm): unknown => (typeof algorithm === 'string' ? undefined : algorithm.hash);
const curveOf = (algorithm: Algorithm): string => `${(typeof algorithm === 'string' ? undefined : algorithm.namedCurve) as string}`;

function exponentBytes(exponent: number): Uint8Array {
    const bytes: number[] = [];
    for (let left = exponent; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
    return new Uint8Array(bytes);
}

/** What `key.algorithm` says, once it is clear that the key is one for the algorithm. */
function asymmetricFacts(kind: Kind, algorithm: Algorithm, record: keys.KeyRecord): KeyFacts {
    if (kind.jwk !== undefined) {
        if (record.kind !== 'rsa') throw fail('DataError', 'Invalid key type');
        const { modulusBits, publicExponent } = record;
        const hash = { name: shaName(hashOf(algorithm)).web };
        return { name: kind.name, modulusLength: modulusBits, publicExponent: exponentBytes(publicExponent), hash };
    }
    if (kind.name === 'Ed25519') {
        if (record.kind !== 'ed25519') throw fail('DataError', 'Invalid key type');
        return { name: kind.name };
    }
    if (keys.SIZES[record.kind] === undefined) throw fail('DataError', 'Invalid key type');
    if (record.kind !== curveOf(algorithm)) throw fail('DataError', 'Named curve mismatch');
    return { name: kind.name, namedCurve: record.kind };
}

type Half = 'private' | 'public';

function asymmetricKey(kind: Kind, algorithm: Algorithm, record: keys.KeyRecord, type: Half, extractable: unknown, wanted: Iterable<string>): CryptoKey {
    const usages = usagesOf(kind, type, wanted);
    const facts = asymmetricFacts(kind, algorithm, record);
    return makeKey(record, { type, extractable: Boolean(extractable), algorithm: facts, usages });
}

/** The part of `key_ops` and the like that a JWK must not contradict. */
function checkJwk(kind: Kind, algorithm: Algorithm, jwk: unknown, extractable: unknown): asserts jwk is keys.Jwk {
    if (typeof jwk !== 'object' || jwk === null) throw new TypeError('Key data must be an object');
    const { kty, ext, alg, crv } = jwk as keys.Jwk;
    const type = kind.secret ? 'oct' : kind.jwk !== undefined ? 'RSA' : kind.name === 'ECDSA' ? 'EC' : 'OKP';
    if (kty !== type) throw fail('DataError', kind.secret ? 'Invalid keyData' : 'Invalid JWK "kty" Parameter');
    if (ext === false && extractable) throw fail('DataError', 'JWK "ext" Parameter and extractable mismatch');
    if (kind.jwk !== undefined && alg !== undefined && alg !== jwkAlgorithm(kind, shaName(hashOf(algorithm)).web)) {
        throw fail('DataError', 'JWK "alg" does not match the requested algorithm');
    }
    if (kind.name === 'ECDSA' && crv !== curveOf(algorithm)) throw fail('DataError', 'JWK "crv" does not match the requested algorithm');
}

function jwkAlgorithm(kind: Kind, hash: string): string {
    const bits = hash.slice(4);
    return kind.jwk === 'RSA-OAEP' ? (bits === '1' ? kind.jwk : `${kind.jwk}-${bits}`) : `${kind.jwk as string}${bits}`;
}

function readSecret(format: unknown, data: unknown): Bytes {
    if (format === 'raw') return bytesOf(data);
    if (format !== 'jwk') throw unsupported(`the key format ${format as string}`);
    const { k } = data as keys.Jwk;
    if (typeof k !== 'string') throw fail('DataError', 'Invalid keyData');
    return Uint8Array.fromBase64(k, { alphabet: 'base64url' });
}

const hasPrivate = (jwk: unknown): boolean => (jwk as keys.Jwk)['d'] !== undefined;

function readAsymmetric(kind: Kind, algorithm: Algorithm, format: unknown, data: unknown): keys.KeyRecord {
    switch (format) {
        case 'pkcs8':
        case 'spki':
            return keys.readDer(format, bytesOf(data));
        case 'jwk':
            return keys.readJwk(data, hasPrivate(data));
        case 'raw':
            if (kind.jwk !== undefined) throw unsupported(`the key format raw of ${kind.name}`);
            return keys.readJwk(rawJwk(kind, algorithm, bytesOf(data)), false);
        default:
            throw unsupported(`the key format ${format as string}`);
    }
}

function rawJwk(kind: Kind, algorithm: Algorithm, bytes: Bytes): keys.Jwk {
    if (kind.name === 'Ed25519') return { kty: 'OKP', crv: 'Ed25519', x: keys.base64url(bytes) };
    const curve = curveOf(algorithm);
    const size = keys.SIZES[curve];
    if (size === undefined) throw unsupported(`the curve ${curve}`);
    if (bytes[0] !== 4 || bytes.length !== 1 + 2 * size) throw fail('DataError', 'Invalid keyData');
    const text = (at: number): string => keys.base64url(bytes.slice(at, at + size));
    return { kty: 'EC', crv: curve, x: text(1), y: text(1 + size) };
}

function importKey(format: unknown, data: unknown, algorithm: Algorithm, extractable: unknown, usages: Iterable<string>): CryptoKey {
    const kind = kindOf(algorithm);
    if (format === 'jwk') checkJwk(kind, algorithm, data, extractable);
    if (kind.secret) return secretKey(algorithm, readSecret(format, data), extractable, usages);
    const type = format === 'pkcs8' || (format === 'jwk' && hasPrivate(data)) ? 'private' : 'public';
    checkUsages(kind, type, [...usages]);
    let record;
    try {
        record = readAsymmetric(kind, algorithm, format, data);
    } catch (error) {
        if (error instanceof DOMException || /not available in onevent/.test((error as Error).message)) throw error;
        throw fail('DataError', 'Invalid keyData');
    }
    return asymmetricKey(kind, algorithm, record, type, extractable, usages);
}

function exportJwk(key: CryptoKey, content: Bytes | keys.KeyRecord): keys.Jwk {
    const kind = kindOf(key.algorithm);
    const shared = { key_ops: [...key.usages], ext: true };
    const hash = key.algorithm.hash?.name ?? '';
    if (content instanceof Uint8Array) {
        const mode = kind.name.slice(4);
        const alg = kind.name === 'HMAC' ? `HS${hash.slice(4)}` : `A${key.algorithm.length as number}${mode}`;
        return { ...shared, kty: 'oct', k: keys.base64url(content), alg };
    }
    const jwk = { ...shared, ...keys.toJwk(content, key.type === 'private') };
    if (kind.name === 'Ed25519') return { ...jwk, alg: 'Ed25519' };
    return kind.jwk === undefined ? jwk : { ...jwk, alg: jwkAlgorithm(kind, hash) };
}

function exportKey(format: unknown, key: CryptoKey): keys.Jwk | ArrayBuffer {
    const content = contentOf(key);
    if (content === undefined) throw new TypeError('the key is not a CryptoKey');
    if (!key.extractable) throw fail('InvalidAccessError', 'key is not extractable');
    if (format === 'jwk') return exportJwk(key, content);
    const wanted = `${key.type} ${format as string}`;
    if (content instanceof Uint8Array) {
        if (wanted === 'secret raw') return content.slice().buffer;
    } else if (wanted === 'private pkcs8') {
        return keys.privateDer(content).slice().buffer;
    } else if (wanted === 'public spki') {
        return content.publicDer.slice().buffer;
    } else if (wanted === 'public raw' && content.kind !== 'rsa') {
        // At the end of SPKI, as long as the curve says.
        const length = content.kind === 'ed25519' ? 32 : 1 + 2 * (keys.SIZES[content.kind] as number);
        return content.publicDer.slice(content.publicDer.length - length).buffer;
    }
    throw unsupported(`the key format ${format as string} of a ${key.type} key`);
}

const hmacBits = (algorithm: Algorithm): number => SHA_BITS[shaName(hashOf(algorithm)).web] ?? 512;

interface KeyPair {
    publicKey: CryptoKey;
    privateKey: CryptoKey;
}

function generateKey(algorithm: Algorithm, extractable: unknown, wanted: Iterable<string>): CryptoKey | KeyPair {
    const kind = kindOf(algorithm);
    if (kind.name === 'ECDSA' || kind.name === 'Ed25519') return generatePair(kind, algorithm, extractable, [...wanted]);
    if (kind.name !== 'HMAC' && !kind.name.startsWith('AES')) throw unsupported(`generating a key for ${kind.name}`);
    const given = typeof algorithm === 'string' ? undefined : algorithm.length;
    const bits = (given ?? (kind.name === 'HMAC' ? hmacBits(algorithm) : undefined)) as number;
    if (!(bits > 0 && bits <= 65536 && bits % 8 === 0)) throw fail('OperationError', 'Invalid key length');
    const bytes = new Uint8Array(bits / 8);
    op_onevent_random(bytes);
    return secretKey(algorithm, bytes, extractable, wanted);
}

function generatePair(kind: Kind, algorithm: Algorithm, extractable: unknown, wanted: string[]): KeyPair {
    for (const usage of wanted) {
        if (usage !== 'sign' && usage !== 'verify') throw fail('SyntaxError', `Unsupported key usage for a ${kind.name} key`);
    }
    if (!wanted.includes('sign')) throw fail('SyntaxError', 'Usages cannot be empty when creating a key.');
    const name = kind.name === 'Ed25519' ? 'ed25519' : curveOf(algorithm);
    if (name !== 'ed25519' && keys.SIZES[name] === undefined) throw unsupported(`the curve ${name}`);
    const record = keys.generate(name);
    const usages = wanted.includes('verify') ? ['verify'] : [];
    return {
        publicKey: asymmetricKey(kind, algorithm, keys.publicHalf(record), 'public', true, usages),
        privateKey: asymmetricKey(kind, algorithm, record, 'private', extractable, ['sign']),
    };
}

/** The content of a key that may be used so. */
function use(key: CryptoKey, algorithm: Algorithm, usage: string): Bytes | keys.KeyRecord {
    const kind = kindOf(algorithm);
    const content = contentOf(key);
    if (content === undefined) throw new TypeError('the key is not a CryptoKey');
    if (key.algorithm.name !== kind.name) throw fail('InvalidAccessError', 'Key algorithm mismatch');
    if (!key.usages.includes(usage)) throw fail('InvalidAccessError', `Unable to use this key to ${usage}`);
    return content;
}

export { CryptoKey, bytesOf, contentOf, exportKey, fail, generateKey, hmacBits, importKey, secretKey, shaName, unsupported, use };
export type { Algorithm };
