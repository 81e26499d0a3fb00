// `CryptoKey`, and what stands behind one where only scripts see it.
import type { Bytes } from '../crypto/digests.ts';
import type { KeyRecord } from '../crypto/keys.ts';

export type KeyType = 'secret' | 'private' | 'public';

/** `key.algorithm`. */
export interface KeyFacts {
    name: string;
    hash?: { name: string };
    length?: number;
    modulusLength?: number;
    publicExponent?: Uint8Array;
    namedCurve?: string;
}

interface Facts {
    type: KeyType;
    extractable: boolean;
    algorithm: KeyFacts;
    usages: string[];
}

/** The bytes of a secret, or the record of an asymmetric key; undefined of what is no key. */
export let contentOf: (key: unknown) => Bytes | KeyRecord | undefined;

const make = {};

export class CryptoKey {
    readonly #content: Bytes | KeyRecord;
    readonly #facts: Facts;
    constructor(token?: unknown, content?: unknown, facts?: unknown) {
        if (token !== make) throw new TypeError('Illegal constructor');
        this.#content = content as Bytes | KeyRecord;
        this.#facts = facts as Facts;
    }
    static {
        contentOf = (key) => (typeof key === 'object' && key !== null && #content in key ? key.#content : undefined);
    }
    get type(): KeyType {
        return this.#facts.type;
    }
    get extractable(): boolean {
        return this.#facts.extractable;
    }
    get algorithm(): KeyFacts {
        return this.#facts.algorithm;
    }
    get usages(): string[] {
        return this.#facts.usages;
    }
}

export const makeKey = (content: Bytes | KeyRecord, facts: Facts): CryptoKey => new CryptoKey(make, content, facts);
