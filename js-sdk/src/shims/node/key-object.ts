// `KeyObject`, its classes, and how keys are written.
import { op_onevent_equal } from 'ext:core/ops';

import { type Bytes, type Coded, coded, invalidType } from '../crypto/digests.ts';
import * as keys from '../crypto/keys.ts';
import { contentOf } from '../web/crypto.ts';
import { type Buffer, copyOf, invalidValue, toBuffer } from './values.ts';

const TYPES = ['secret', 'public', 'private'] as const;
export type KeyType = (typeof TYPES)[number];

/** The bytes of a secret, or the record of an asymmetric key. */
export let contentsOf: (key: KeyObject) => Bytes | keys.KeyRecord;
const make = {};

export class KeyObject {
    readonly #type: KeyType;
    readonly #content: Bytes | keys.KeyRecord;
    constructor(type?: unknown, content?: unknown, token?: unknown) {
        if (!TYPES.includes(type as KeyType)) {
            throw coded(new TypeError(`The argument 'type' is invalid. Received ${String(type)}`), 'ERR_INVALID_ARG_VALUE');
        }
        if (token !== make) throw invalidType('handle', 'of type object', content);
        this.#type = type as KeyType;
        this.#content = content as Bytes | keys.KeyRecord;
    }
    static {
        contentsOf = (key) => key.#content;
    }
    static from(key?: unknown): KeyObject {
        const content = contentOf(key);
        if (content === undefined) throw invalidType('key', 'an instance of CryptoKey', key);
        if (content instanceof Uint8Array) return secretKey(copyOf(content));
        return asymmetricKey(content, (key as { type: 'private' | 'public' }).type);
    }
    get type(): KeyType {
        return this.#type;
    }
    equals(other?: unknown): boolean {
        if (!(other instanceof KeyObject)) throw invalidType('otherKeyObject', 'an instance of KeyObject', other);
        if (other.type !== this.#type) return false;
        const [one, two] = [bytesOf(this), bytesOf(other)];
        return one.length === two.length && op_onevent_equal(one, two);
    }
}

function bytesOf(key: KeyObject): Bytes {
    const content = contentsOf(key);
    if (content instanceof Uint8Array) return content;
    return key.type === 'private' ? keys.privateDer(content) : content.publicDer;
}

/** How a key is to be written. */
export interface ExportOptions {
    format?: unknown;
    type?: unknown;
    cipher?: unknown;
    passphrase?: unknown;
}

class SecretKeyObject extends KeyObject {
    get symmetricKeySize(): number {
        return bytesOf(this).length;
    }
    export(options?: ExportOptions): Buffer | keys.Jwk {
        if (options !== undefined) {
            if (typeof options !== 'object' || options === null) throw invalidType('options', 'of type object', options);
            const { format } = options;
            if (format !== undefined && format !== 'buffer' && format !== 'jwk') throw invalidValue('options.format', format);
            if (format === 'jwk') return { kty: 'oct', k: keys.base64url(bytesOf(this)) };
        }
        return toBuffer(copyOf(bytesOf(this)));
    }
}

const CURVES = new Map([['P-256', 'prime256v1'], ['P-384', 'secp384r1'], ['P-521', 'secp521r1']]);

class AsymmetricKeyObject extends KeyObject {
    get #record(): keys.KeyRecord {
        return contentsOf(this) as keys.KeyRecord;
    }
    get asymmetricKeyType(): string {
        const { kind } = this.#record;
        return CURVES.has(kind) ? 'ec' : kind;
    }
    get asymmetricKeyDetails(): object {
        const { kind, modulusBits, publicExponent } = this.#record;
        if (kind === 'rsa') return { modulusLength: modulusBits, publicExponent: BigInt(publicExponent) };
        return kind === 'ed25519' ? {} : { namedCurve: CURVES.get(kind) };
    }
    export(options?: ExportOptions): Buffer | string | keys.Jwk {
        if (typeof options !== 'object' || options === null) throw invalidType('options', 'of type object', options);
        return written(this.#record, this.type, options);
    }
}
// Named as in Node; there are no others.
class PrivateKeyObject extends AsymmetricKeyObject {}
class PublicKeyObject extends AsymmetricKeyObject {}
Object.defineProperty(KeyObject.prototype, Symbol.toStringTag, { value: 'KeyObject', configurable: true });

export const secretKey = (bytes: Bytes): KeyObject => new SecretKeyObject('secret', bytes, make);
export const asymmetricKey = (record: keys.KeyRecord, type: 'private' | 'public'): KeyObject =>
    type === 'private' ? new PrivateKeyObject(type, record, make) : new PublicKeyObject(type, record, make);

const incompatible = (encoding: string, kinds: string): Coded =>
    coded(new Error(`The selected key encoding ${encoding} can only be used for ${kinds} keys.`), 'ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS');

/** DER in one of Node's encodings, and the label of its PEM. */
function derOf(record: keys.KeyRecord, type: KeyType, encoding: unknown, name: string): [der: Bytes, label: string] {
    const wanted = `${type} ${encoding as string}`;
    if (wanted === 'private pkcs8') return [keys.privateDer(record), 'PRIVATE KEY'];
    if (wanted === 'public spki') return [record.publicDer, 'PUBLIC KEY'];
    if (encoding === 'pkcs1') {
        if (record.kind !== 'rsa') throw incompatible('pkcs1', 'RSA');
        return [keys.traditional(record, type === 'private'), type === 'private' ? 'RSA PRIVATE KEY' : 'RSA PUBLIC KEY'];
    }
    if (wanted === 'private sec1') {
        if (!CURVES.has(record.kind)) throw incompatible('sec1', 'EC');
        return [keys.traditional(record, true), 'EC PRIVATE KEY'];
    }
    throw invalidValue(`${name}.type`, encoding);
}

export function written(record: keys.KeyRecord, type: KeyType, options: ExportOptions, name = 'options'): Buffer | string | keys.Jwk {
    const { format } = options;
    if (format === 'jwk') return keys.toJwk(record, type === 'private');
    if (format !== 'pem' && format !== 'der') throw invalidValue(`${name}.format`, format);
    if (options.cipher !== undefined || options.passphrase !== undefined) {
        throw coded(new Error('writing a key with a passphrase is not available in onevent'), 'ERR_METHOD_NOT_IMPLEMENTED');
    }
    const [der, label] = derOf(record, type, options.type, name);
    return format === 'pem' ? keys.toPem(label, der) : toBuffer(copyOf(der));
}
