// Asymmetric keys, as node:crypto and crypto.subtle share them: read from PEM, DER and JWK, written again, and used.
// Evaluated at the first use of either.
import {
    op_onevent_generate_key,
    op_onevent_key_from_parts,
    op_onevent_key_parts,
    op_onevent_read_key,
    op_onevent_rsa_oaep,
    op_onevent_sign,
    op_onevent_traditional_key,
    op_onevent_verify,
} from 'ext:core/ops';

import type { KeyKind, ReadKey, Scheme } from '../../ops-crypto.ts';
import { type Bytes, type Coded, coded, received } from './digests.ts';

/** A key: `privateDer` is null of a public one. */
export type KeyRecord = ReadKey;
/** What a JWK says, as it comes. */
export type Jwk = Record<string, unknown>;

/** A copy: memory that JavaScript allocates counts against the run, what an op brings does not. */
const owned = (bytes: Bytes): Bytes => bytes.slice();

function record(read: ReadKey): KeyRecord {
    const privateDer = read.privateDer === null ? null : owned(read.privateDer);
    return { ...read, privateDer, publicDer: owned(read.publicDer) };
}

export const readDer = (encoding: string, bytes: Uint8Array): KeyRecord => record(op_onevent_read_key(encoding, bytes));
export const generate = (kind: string): KeyRecord => record(op_onevent_generate_key(kind));
export const publicHalf = (key: KeyRecord): KeyRecord => ({ ...key, privateDer: null });

/** The private half of a key that has one. */
export function privateDer(key: KeyRecord): Bytes {
    if (key.privateDer === null) throw new TypeError('the key has no private half');
    return key.privateDer;
}

type Labels = Record<string, string | undefined>;
const table = (labels: Labels): Labels => Object.assign(Object.create(null) as Labels, labels);
const PRIVATE_LABELS = table({ 'PRIVATE KEY': 'pkcs8', 'RSA PRIVATE KEY': 'pkcs1-private', 'EC PRIVATE KEY': 'sec1' });
const PUBLIC_LABELS = table({ 'PUBLIC KEY': 'spki', 'RSA PUBLIC KEY': 'pkcs1-public', CERTIFICATE: 'certificate' });
const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g;

/** Whether an error of an op says what onevent lacks, which nobody should replace. */
export const isOurs = (error: unknown): boolean => error instanceof Error && /not available in onevent|the limit/.test(error.message);

export const unreadable = (): Coded => coded(new Error('error:1E08010C:DECODER routines::unsupported'), 'ERR_OSSL_UNSUPPORTED');

function withPassphrase(): Coded {
    const text = 'keys with a passphrase are not available in onevent: write the key without one, with `openssl pkcs8 -topk8 -nocrypt`';
    return coded(new Error(text), 'ERR_OSSL_UNSUPPORTED');
}

function readBlock(encoding: string, base64: string): KeyRecord {
    let bytes;
    try {
        bytes = Uint8Array.fromBase64(base64);
    } catch {
        throw unreadable();
    }
    try {
        return readDer(encoding, bytes);
    } catch (error) {
        throw isOurs(error) ? error : unreadable();
    }
}

/** The first key of its kind in a PEM text. Where a public one is wanted, a private one will do. */
export function readPem(text: string, wantPrivate: boolean): KeyRecord {
    const blocks = [...text.matchAll(BLOCK)];
    const labels = wantPrivate ? [PRIVATE_LABELS] : [PUBLIC_LABELS, PRIVATE_LABELS];
    for (const known of labels) {
        for (const [, label = '', body = ''] of blocks) {
            if (label === 'ENCRYPTED PRIVATE KEY' && known === PRIVATE_LABELS) throw withPassphrase();
            const encoding = known[label];
            if (encoding === undefined) continue;
            if (body.includes('ENCRYPTED')) throw withPassphrase();
            return readBlock(encoding, body);
        }
    }
    // The old form of encryption has lines with dashes before the key.
    if (/^Proc-Type: 4,ENCRYPTED/m.test(text)) throw withPassphrase();
    throw unreadable();
}

export function toPem(label: string, der: Uint8Array): string {
    const lines = der.toBase64().match(/.{1,64}/g) ?? [];
    return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** How long a coordinate is, by curve; undefined of what is no curve of these. */
export const SIZES = Object.assign(Object.create(null) as Record<string, number | undefined>, { 'P-256': 32, 'P-384': 48, 'P-521': 66 });

function invalidProperty(name: string, expected: string, value: unknown): Coded {
    return coded(new TypeError(`The "${name}" property must be ${expected}. ${received(value)}`), 'ERR_INVALID_ARG_TYPE');
}

function number(jwk: Jwk, name: string, size = 0): Bytes {
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

function oneOf(name: string, choices: string[], value: unknown): Coded {
    const list = choices.map((choice) => `'${choice}'`).join(', ');
    const text = `The property '${name}' must be one of: ${list}. Received '${value as string}'`;
    return coded(new TypeError(text), 'ERR_INVALID_ARG_VALUE');
}

function parts(jwk: Jwk, wantPrivate: boolean): [kind: string, numbers: Bytes[]] {
    switch (jwk['kty']) {
        case 'RSA':
            return ['rsa', (wantPrivate ? ['n', 'e', 'd', 'p', 'q'] : ['n', 'e']).map((name) => number(jwk, name))];
        case 'EC': {
            const curve = jwk['crv'] as string;
            const size = SIZES[curve];
            if (size === undefined) throw oneOf('key.crv', ['P-256', 'P-384', 'P-521'], curve);
            return [curve, (wantPrivate ? ['x', 'y', 'd'] : ['x', 'y']).map((name) => number(jwk, name, size))];
        }
        case 'OKP':
            if (jwk['crv'] !== 'Ed25519') throw oneOf('key.crv', ['Ed25519'], jwk['crv']);
            return ['ed25519', (wantPrivate ? ['x', 'd'] : ['x']).map((name) => number(jwk, name))];
        default:
            throw oneOf('key.kty', ['RSA', 'EC', 'OKP'], jwk['kty']);
    }
}

export function readJwk(jwk: unknown, wantPrivate: boolean): KeyRecord {
    if (typeof jwk !== 'object' || jwk === null) throw invalidProperty('key.key', 'of type object', jwk);
    const [kind, numbers] = parts(jwk as Jwk, wantPrivate);
    try {
        return record(op_onevent_key_from_parts(kind, wantPrivate, numbers));
    } catch {
        throw coded(new TypeError(`Invalid JWK ${(jwk as Jwk)['kty'] as string} key`), 'ERR_CRYPTO_INVALID_JWK');
    }
}

export const base64url = (bytes: Uint8Array): string => bytes.toBase64({ alphabet: 'base64url', omitPadding: true });

const derOf = (key: KeyRecord, asPrivate: boolean): Bytes => (asPrivate ? privateDer(key) : key.publicDer);

/** In Node's order of fields. */
export function toJwk(key: KeyRecord, asPrivate: boolean): Jwk {
    const texts = op_onevent_key_parts(asPrivate, derOf(key, asPrivate)).map(base64url);
    if (key.kind === 'rsa') {
        const names = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'];
        const jwk: Jwk = { kty: 'RSA' };
        texts.forEach((text, index) => {
            jwk[names[index] as string] = text;
        });
        return jwk;
    }
    if (key.kind === 'ed25519') return { crv: 'Ed25519', ...(asPrivate ? { d: texts[1] } : {}), x: texts[0], kty: 'OKP' };
    return { kty: 'EC', x: texts[0], y: texts[1], crv: key.kind, ...(asPrivate ? { d: texts[2] } : {}) };
}

/** PKCS#1 or SEC1. */
export const traditional = (key: KeyRecord, asPrivate: boolean): Bytes => owned(op_onevent_traditional_key(asPrivate, derOf(key, asPrivate)));

export const sign = (scheme: Scheme, digest: string, salt: number, key: KeyRecord, data: Uint8Array): Bytes =>
    owned(op_onevent_sign(scheme, digest, salt, privateDer(key), data));
export const verify = (scheme: Scheme, digest: string, salt: number, key: KeyRecord, data: Uint8Array, signature: Uint8Array): boolean =>
    op_onevent_verify(scheme, digest, salt, key.publicDer, data, signature);
export const encrypt = (digest: string, key: KeyRecord, label: Uint8Array, data: Uint8Array): Bytes =>
    owned(op_onevent_rsa_oaep(true, digest, key.publicDer, label, data));
export const decrypt = (digest: string, key: KeyRecord, label: Uint8Array, data: Uint8Array): Bytes =>
    owned(op_onevent_rsa_oaep(false, digest, privateDer(key), label, data));
export type { KeyKind };
