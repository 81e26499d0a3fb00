// AES in the modes of node:crypto, as pieces of bytes come and go.
import { op_onevent_aes_cbc, op_onevent_aes_ctr } from 'ext:core/ops';

import { type Bytes, type Coded, coded, join } from '../crypto/digests.ts';
import { aesGcm } from '../web/crypto.ts';
import { copyOf } from './values.ts';

export const EMPTY: Bytes = new Uint8Array(0);
const BLOCK = 16;
const TAG = 16;

export const invalidState = (name: string): Coded => coded(new Error(`Invalid state for operation ${name}`), 'ERR_CRYPTO_INVALID_STATE');
const invalidVector = (why = ''): Coded => coded(new TypeError(`Invalid initialization vector${why}`), 'ERR_CRYPTO_INVALID_IV');

/** What a mode does with a message. */
export interface Mode {
    update(bytes: Bytes): Bytes;
    final(): Bytes;
    /** How it pads, where it does. */
    setPadding?(padded: boolean): void;
    /** What only authenticated encryption has. */
    authenticated?: { associate(bytes: Bytes): void; expect(tag: Bytes): void; tag(): Bytes };
}

export type MakeMode = (seal: boolean, key: Bytes, vector: Bytes) => Mode;

/** AES-GCM: all is kept, and encrypted or checked by `final`. */
const gcm: MakeMode = (seal, key, nonce) => {
    if (nonce.length !== 12) throw invalidVector(': onevent takes 12 bytes');
    const chunks: Bytes[] = [];
    let associated = EMPTY;
    let tag: Bytes | undefined;
    return {
        update(bytes) {
            chunks.push(bytes);
            return EMPTY;
        },
        final() {
            const input = join([...chunks, seal ? EMPTY : (tag ?? EMPTY)]);
            const output = aesGcm(seal, key, nonce, input, associated);
            if (output === null) throw new Error('Unsupported state or unable to authenticate data');
            if (!seal) return output;
            tag = output.slice(output.length - TAG);
            return output.slice(0, output.length - TAG);
        },
        authenticated: {
            associate(bytes) {
                associated = bytes;
            },
            expect(bytes) {
                if (bytes.length !== TAG) {
                    throw coded(new TypeError(`Invalid authentication tag length: ${bytes.length}`), 'ERR_CRYPTO_INVALID_AUTH_TAG');
                }
                tag = bytes;
            },
            tag() {
                if (!seal || tag === undefined) throw invalidState('getAuthTag');
                return copyOf(tag);
            },
        },
    };
};

const badDecrypt = (): Coded => coded(new Error('error:1C800064:Provider routines::bad decrypt'), 'ERR_OSSL_BAD_DECRYPT');
const badLength = (): Coded =>
    coded(new Error('error:1C80006B:Provider routines::wrong final block length'), 'ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH');

/** AES-CBC, block by block: the last block of ciphertext is the vector of what follows. */
const cbc: MakeMode = (seal, key, start) => {
    if (start.length !== BLOCK) throw invalidVector();
    let vector = start;
    let kept = EMPTY;
    let padded = true;
    const run = (data: Bytes, withPadding: boolean): Bytes | null => {
        const output = new Uint8Array(data.length + BLOCK);
        const length = op_onevent_aes_cbc(seal, withPadding, key, vector, data, output);
        return length < 0 ? null : output.subarray(0, length);
    };
    return {
        update(bytes) {
            const all = join([kept, bytes]);
            // The last whole block may be padding, so decryption holds it back.
            const most = seal || !padded ? all.length : Math.max(0, all.length - 1);
            const whole = most - (most % BLOCK);
            kept = all.slice(whole);
            if (whole === 0) return EMPTY;
            const input = all.subarray(0, whole);
            const output = run(input, false) ?? EMPTY;
            vector = (seal ? output : input).slice(whole - BLOCK);
            return output;
        },
        final() {
            if (padded ? !seal && kept.length !== BLOCK : kept.length !== 0) throw badLength();
            const output = padded ? run(kept, true) : EMPTY;
            if (output === null) throw badDecrypt();
            return output;
        },
        setPadding(wanted) {
            padded = wanted;
        },
    };
};

/** AES-CTR, byte by byte. */
const ctr: MakeMode = (_seal, key, counter) => {
    if (counter.length !== BLOCK) throw invalidVector();
    let position = 0;
    return {
        update(bytes) {
            const output = new Uint8Array(bytes.length);
            op_onevent_aes_ctr(key, counter, position, bytes, output);
            position += bytes.length;
            return output;
        },
        final: () => EMPTY,
    };
};

export const MODES = new Map([['gcm', gcm], ['cbc', cbc], ['ctr', ctr]]);
