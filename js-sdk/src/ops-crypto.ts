// The ops behind node:crypto and crypto.subtle: bytes in, bytes out. What a caller may pass was checked before.

/** The kinds of keys that there are. */
export type KeyKind = 'rsa' | 'P-256' | 'P-384' | 'P-521' | 'ed25519';

/** A key that was read or made. */
export interface ReadKey {
    kind: KeyKind;
    /** PKCS#8; null of a public key. */
    privateDer: Uint8Array<ArrayBuffer> | null;
    /** SPKI. */
    publicDer: Uint8Array<ArrayBuffer>;
    /** Of RSA. */
    modulusBits: number;
    publicExponent: number;
}

/** How a signature is made. */
export type Scheme = 'pkcs1' | 'pss' | 'ecdsa-der' | 'ecdsa-fixed' | 'ed25519';

type Bytes = Uint8Array<ArrayBuffer>;

export interface CryptoOps {
    op_onevent_digest(algorithm: string, data: Uint8Array): Bytes;
    op_onevent_hmac(algorithm: string, key: Uint8Array, data: Uint8Array): Bytes;
    op_onevent_random(target: Uint8Array): void;
    /** In a time that depends on the length only. */
    op_onevent_equal(one: Uint8Array, other: Uint8Array): boolean;
    op_onevent_pbkdf2(algorithm: string, password: Uint8Array, salt: Uint8Array, iterations: number, key: Uint8Array): void;
    op_onevent_scrypt(password: Uint8Array, salt: Uint8Array, cost: number, blockSize: number, parallelization: number, key: Uint8Array): void;
    /** False where the tag is wrong. */
    op_onevent_aes_gcm(seal: boolean, key: Uint8Array, nonce: Uint8Array, data: Uint8Array, associated: Uint8Array, output: Uint8Array): boolean;
    /** How many bytes were written; less than zero where the padding is wrong. */
    op_onevent_aes_cbc(seal: boolean, padded: boolean, key: Uint8Array, vector: Uint8Array, data: Uint8Array, output: Uint8Array): number;
    op_onevent_aes_ctr(key: Uint8Array, counter: Uint8Array, position: number, data: Uint8Array, output: Uint8Array): boolean;
    op_onevent_read_key(encoding: string, der: Uint8Array): ReadKey;
    op_onevent_key_from_parts(kind: string, isPrivate: boolean, parts: Uint8Array[]): ReadKey;
    op_onevent_key_parts(isPrivate: boolean, der: Uint8Array): Bytes[];
    op_onevent_traditional_key(isPrivate: boolean, der: Uint8Array): Bytes;
    op_onevent_generate_key(kind: string): ReadKey;
    op_onevent_sign(scheme: Scheme, digest: string, salt: number, privateDer: Uint8Array, data: Uint8Array): Bytes;
    op_onevent_verify(scheme: Scheme, digest: string, salt: number, publicDer: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
    op_onevent_rsa_oaep(encrypts: boolean, digest: string, der: Uint8Array, label: Uint8Array, data: Uint8Array): Bytes;
}
