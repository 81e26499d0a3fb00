// `Cipheriv` and `Decipheriv` of node:crypto, with AES. Evaluated at the first import of the module.
import { type Bytes, coded, invalidType, join } from '../crypto/digests.ts';
import { EMPTY, MODES, type Mode, invalidState } from './cipher-modes.ts';
import type { Done } from './hashes.ts';
import { keyBytes } from './keys.ts';
import { LazyTransform } from './lazy-streams.ts';
import { Buffer, callable, dataBytes, encoded, invalidProperty, toBuffer } from './values.ts';

/** How many bytes at the end wait for the next piece, so that no character is cut. */
function boundary(bytes: Bytes, encoding: string): number {
    if (encoding === 'base64' || encoding === 'base64url') return bytes.length % 3;
    if (encoding === 'utf16le' || encoding === 'ucs2') return bytes.length % 2;
    if (encoding !== 'utf8' && encoding !== 'utf-8') return 0;
    for (let back = 1; back <= Math.min(3, bytes.length); back++) {
        const byte = bytes[bytes.length - back] as number;
        if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
        if (byte < 0x80) return 0;
    }
    return 0;
}

/** Output in pieces whose encodings fit together: those of base64 and hex join to the text of the whole. */
class Output {
    #rest: Bytes = EMPTY;
    #encoding: string | undefined;
    write(bytes: Bytes, encoding: unknown, last: boolean): Buffer | string {
        if (encoding === undefined || encoding === null || encoding === 'buffer') return toBuffer(bytes);
        const name = `${encoding as string}`.toLowerCase();
        if (this.#encoding !== undefined && this.#encoding !== name) {
            throw coded(new Error('Cannot change encoding'), 'ERR_INTERNAL_ASSERTION');
        }
        if (!Buffer.isEncoding(name)) throw coded(new TypeError(`Unknown encoding: ${encoding as string}`), 'ERR_UNKNOWN_ENCODING');
        this.#encoding = name;
        const all = join([this.#rest, bytes]);
        const whole = last ? all.length : all.length - boundary(all, name);
        this.#rest = all.slice(whole);
        return encoded(all.subarray(0, whole), name);
    }
}

/** Names of ciphers, and what is meant. */
const NAMES = ['cbc', 'ctr', 'gcm'].flatMap((mode) => ['128', '192', '256'].map((bits) => `aes-${bits}-${mode}`)).sort();

const TAG_BYTES = 16;

function checkTagLength(options: unknown): void {
    const length = (options as { authTagLength?: unknown } | null | undefined)?.authTagLength;
    if (length === undefined || length === TAG_BYTES) return;
    if (typeof length !== 'number') throw invalidProperty('options.authTagLength', 'of type number', length);
    const text = `Invalid authentication tag length: ${length} (onevent takes ${TAG_BYTES})`;
    throw coded(new TypeError(text), 'ERR_CRYPTO_INVALID_AUTH_TAG');
}

function modeOf(seal: boolean, name: unknown, key: unknown, vector: unknown, options: unknown): Mode {
    if (typeof name !== 'string') throw invalidType('cipher', 'of type string', name);
    const [, bits, mode = ''] = /^(?:id-)?aes-?(128|192|256)-(gcm|cbc|ctr)$/i.exec(name) ?? [];
    const make = MODES.get(mode.toLowerCase());
    if (make === undefined) {
        throw coded(new Error(`Unknown cipher: ${name} is not available in onevent, AES in the modes CBC, CTR and GCM is`), 'ERR_CRYPTO_UNKNOWN_CIPHER');
    }
    const secret = keyBytes(key);
    const made = make(seal, secret, vector === null ? EMPTY : keyBytes(vector, 'iv'));
    if (secret.length * 8 !== Number(bits)) throw coded(new RangeError('Invalid key length'), 'ERR_CRYPTO_INVALID_KEYLEN');
    if (made.authenticated) checkTagLength(options);
    return made;
}

let modeIn: (cipher: Cipher) => Mode;
let isDone: (cipher: Cipher) => boolean;

/** What both directions share. */
class Cipher extends LazyTransform {
    readonly #mode: Mode;
    readonly #output = new Output();
    #done = false;
    constructor(mode: Mode, options: unknown) {
        super(options);
        this.#mode = mode;
    }
    static {
        modeIn = (cipher) => cipher.#mode;
        isDone = (cipher) => cipher.#done;
    }
    _transform(chunk: unknown, encoding: unknown, done: Done): void {
        this.push(this.update(chunk, encoding));
        done();
    }
    _flush(done: Done): void {
        try {
            this.push(this.final());
        } catch (error) {
            done(error);
            return;
        }
        done();
    }
    update(data?: unknown, inputEncoding?: unknown, outputEncoding?: unknown): Buffer | string {
        const bytes = dataBytes(data, inputEncoding);
        if (this.#done) throw new Error('Trying to add data in unsupported state');
        return this.#output.write(this.#mode.update(bytes), outputEncoding, false);
    }
    final(outputEncoding?: unknown): Buffer | string {
        if (this.#done) throw coded(new Error('Invalid state'), 'ERR_CRYPTO_INVALID_STATE');
        this.#done = true;
        return this.#output.write(this.#mode.final(), outputEncoding, true);
    }
    setAutoPadding(padded: unknown = true): this {
        if (this.#done) throw invalidState('setAutoPadding');
        this.#mode.setPadding?.(Boolean(padded));
        return this;
    }
    setAAD(bytes?: unknown, _options?: unknown): this {
        const { authenticated } = this.#mode;
        if (authenticated === undefined || this.#done) throw invalidState('setAAD');
        authenticated.associate(dataBytes(bytes, 'utf8', 'buffer'));
        return this;
    }
}

class CipherivClass extends Cipher {
    constructor(name?: unknown, key?: unknown, vector?: unknown, options?: unknown) {
        super(modeOf(true, name, key, vector, options), options);
    }
    getAuthTag(): Buffer {
        const { authenticated } = modeIn(this);
        if (authenticated === undefined || !isDone(this)) throw invalidState('getAuthTag');
        return toBuffer(authenticated.tag());
    }
}

class DecipherivClass extends Cipher {
    constructor(name?: unknown, key?: unknown, vector?: unknown, options?: unknown) {
        super(modeOf(false, name, key, vector, options), options);
    }
    setAuthTag(tag?: unknown, encoding: unknown = 'hex'): this {
        const { authenticated } = modeIn(this);
        if (authenticated === undefined || isDone(this)) throw invalidState('setAuthTag');
        authenticated.expect(dataBytes(tag, encoding, 'buffer'));
        return this;
    }
}

for (const [name, owner] of [['Cipheriv', CipherivClass], ['Decipheriv', DecipherivClass]] as const) {
    Object.defineProperty(owner, 'name', { value: name });
}
export const Cipheriv = callable(CipherivClass);
export const Decipheriv = callable(DecipherivClass);
export const createCipheriv = (name?: unknown, key?: unknown, vector?: unknown, options?: unknown): CipherivClass =>
    new Cipheriv(name, key, vector, options);
export const createDecipheriv = (name?: unknown, key?: unknown, vector?: unknown, options?: unknown): DecipherivClass =>
    new Decipheriv(name, key, vector, options);
export const getCiphers = (): string[] => [...NAMES];
