// The algorithms of crypto.subtle: what each is called, and what its keys may be used for.
import { DOMException } from 'ext:deno_web/01_dom_exception.js';

import { type Bytes, digestName, viewOf } from '../crypto/digests.ts';

/** An algorithm as a caller names it. */
export type Algorithm = string | AlgorithmObject;

interface AlgorithmObject {
    name?: unknown;
    hash?: unknown;
    length?: unknown;
    namedCurve?: unknown;
}

export const fail = (name: string, message: string): DOMException => new DOMException(message, name);
export const unsupported = (what: string): DOMException =>
    fail('NotSupportedError', `${what} is not available in onevent (docs/globals.md lists what is)`);

/** The bits of an HMAC key that nobody said the length of, where they are not 512. */
export const SHA_BITS: Record<string, number | undefined> = { 'SHA-384': 1024, 'SHA-512': 1024 };

/** WebCrypto's SHA-1, SHA-256, SHA-384, SHA-512 and nothing else. */
export function shaName(algorithm: unknown): { web: string; digest: string } {
    const given = typeof algorithm === 'object' && algorithm !== null ? (algorithm as { name?: unknown }).name : algorithm;
    const name = `${given as string}`;
    const found = /^sha-(?:1|256|384|512)$/i.test(name) ? digestName(name) : undefined;
    if (found === undefined) throw fail('NotSupportedError', 'Unrecognized algorithm name');
    return { web: name.toUpperCase(), digest: found };
}

export function bytesOf(value: unknown): Bytes {
    const bytes = viewOf(value);
    if (bytes === undefined) throw new TypeError('an ArrayBuffer, TypedArray or DataView is needed');
    return bytes.slice();
}

/** The usages of an algorithm's keys, in the standard's order, and what JWKs call it. */
export interface Kind {
    name: string;
    secret?: string[];
    private?: string[];
    public?: string[];
    jwk?: string;
}

const ENCRYPTS = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
const DERIVES = ['deriveKey', 'deriveBits'];
const SIGNS = { private: ['sign'], public: ['verify'] };
const KINDS = new Map<string, Kind>(
    [
        { name: 'HMAC', secret: ['sign', 'verify'] },
        { name: 'AES-GCM', secret: ENCRYPTS },
        { name: 'AES-CBC', secret: ENCRYPTS },
        { name: 'AES-CTR', secret: ENCRYPTS },
        { name: 'PBKDF2', secret: DERIVES },
        { name: 'HKDF', secret: DERIVES },
        { name: 'RSASSA-PKCS1-v1_5', ...SIGNS, jwk: 'RS' },
        { name: 'RSA-PSS', ...SIGNS, jwk: 'PS' },
        { name: 'RSA-OAEP', private: ['decrypt', 'unwrapKey'], public: ['encrypt', 'wrapKey'], jwk: 'RSA-OAEP' },
        { name: 'ECDSA', ...SIGNS },
        { name: 'Ed25519', ...SIGNS },
    ].map((kind) => [kind.name.toUpperCase(), kind]),
);

export function kindOf(algorithm: Algorithm): Kind {
    const name = `${(typeof algorithm === 'string' ? algorithm : (algorithm as AlgorithmObject | undefined)?.name) as string}`;
    const kind = KINDS.get(name.toUpperCase());
    if (kind === undefined) throw unsupported(`the algorithm ${name}`);
    return kind;
}
