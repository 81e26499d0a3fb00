// The modules `crypto` and `node:crypto`. Evaluated at the first import.
import { DIGESTS } from '../crypto/digests.ts';
import * as web from '../web/crypto.ts';
import * as ciphers from './ciphers.ts';
import * as derivation from './derivation.ts';
import { Hash, Hmac } from './hashes.ts';
import * as keys from './keys.ts';
import { notAvailable } from './not-available.ts';
import * as random from './random.ts';
import * as signatures from './signatures.ts';

const NOT_AVAILABLE = (
    'checkPrime checkPrimeSync createDiffieHellman createDiffieHellmanGroup createECDH diffieHellman generatePrime ' +
    'generatePrimeSync getCipherInfo getDiffieHellman generateKey generateKeySync privateEncrypt publicDecrypt ' +
    'createCipher createDecipher setEngine setFips Certificate Cipher Decipher DiffieHellman DiffieHellmanGroup ECDH X509Certificate secureHeapUsed'
).split(' ');

const createHash = (algorithm?: unknown, options?: unknown) => new Hash(algorithm, options);
const createHmac = (algorithm?: unknown, key?: unknown, options?: unknown) => new Hmac(algorithm, key, options);

const exported: Record<string, unknown> = {
    createHash,
    createHmac,
    ...ciphers,
    getCurves: () => ['prime256v1', 'secp384r1', 'secp521r1'],
    getHashes: () => [...DIGESTS],
    getFips: () => 0,
    hash: (algorithm?: unknown, data?: unknown, encoding: unknown = 'hex') => createHash(algorithm).update(data).digest(encoding),
    ...derivation,
    ...random,
    randomUUID: web.randomUUID,
    // Older names that Node still has.
    prng: random.randomBytes,
    pseudoRandomBytes: random.randomBytes,
    rng: random.randomBytes,
    fips: false,
    ...signatures,
    Hash,
    Hmac,
    KeyObject: keys.KeyObject,
    createPrivateKey: keys.createPrivateKey,
    createPublicKey: keys.createPublicKey,
    createSecretKey: keys.createSecretKey,
    generateKeyPair: keys.generateKeyPair,
    generateKeyPairSync: keys.generateKeyPairSync,
    webcrypto: web.crypto,
    subtle: web.crypto.subtle,
    getRandomValues: web.getRandomValues,
};
for (const name of NOT_AVAILABLE) exported[name] = notAvailable('crypto', name);

export default exported;
