// Keys derived of secrets: PBKDF2, HKDF and scrypt of node:crypto.
import { op_onevent_scrypt } from 'ext:core/ops';

import { type Bytes, type Coded, coded, digestName, invalidType, viewOf } from '../crypto/digests.ts';
import * as web from '../web/crypto.ts';
import { keyBytes } from './keys.ts';
import { type Buffer, type Callback, checkInteger, checkSize, dataBytes, invalidDigest, later, toBuffer } from './values.ts';

function digestOf(algorithm: unknown): string {
    const name = digestName(algorithm);
    if (name === undefined) throw invalidDigest(algorithm);
    return name;
}

export function pbkdf2Sync(password?: unknown, salt?: unknown, iterations?: unknown, length?: unknown, algorithm?: unknown): Buffer {
    if (typeof algorithm !== 'string') throw invalidType('digest', 'of type string', algorithm);
    const [secret, grain] = [dataBytes(password, 'utf8', 'password'), dataBytes(salt, 'utf8', 'salt')];
    checkInteger('iterations', iterations, 1);
    checkInteger('keylen', length, 0);
    return toBuffer(web.pbkdf2(digestOf(algorithm), secret, grain, iterations, length));
}

export const pbkdf2 = (
    password: unknown,
    salt: unknown,
    iterations: unknown,
    length: unknown,
    algorithm: unknown,
    callback: Callback<Buffer>,
): void => later(callback, () => pbkdf2Sync(password, salt, iterations, length, algorithm));

const dataOrBuffer = (value: unknown, name: string): Bytes =>
    value instanceof ArrayBuffer ? (viewOf(value) as Bytes) : dataBytes(value, 'utf8', name);

export function hkdfSync(algorithm?: unknown, key?: unknown, salt?: unknown, info?: unknown, length?: unknown): ArrayBuffer {
    const name = digestOf(algorithm);
    const [secret, grain, about] = [keyBytes(key, 'ikm'), dataOrBuffer(salt, 'salt'), dataOrBuffer(info, 'info')];
    return web.hkdf(name, secret, grain, about, checkSize('length', length)).buffer;
}

export const hkdf = (
    algorithm: unknown,
    key: unknown,
    salt: unknown,
    info: unknown,
    length: unknown,
    callback: Callback<ArrayBuffer>,
): void => later(callback, () => hkdfSync(algorithm, key, salt, info, length));

type ScryptOptions = Record<string, unknown> | undefined;

/** scrypt takes this much memory where nobody says how much. */
const STANDARD_MEMORY = 32 * 1024 * 1024;

const invalidParameters = (why: string): Coded => coded(new RangeError(`Invalid scrypt params${why}`), 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS');

/** scrypt's parameters, each under either of its names. */
function scryptParameters(options: ScryptOptions): [cost: number, size: number, lanes: number] {
    const named = (short: string, long: string, standard: number): number => {
        const [one, other] = [options?.[short], options?.[long]];
        if (one !== undefined && other !== undefined) {
            throw coded(new Error('Invalid scrypt parameter'), 'ERR_CRYPTO_SCRYPT_INVALID_PARAMETER');
        }
        const [name, value] = one === undefined ? [long, other ?? standard] : [short, one];
        checkInteger(name, value, 0, 4294967295);
        return value || standard;
    };
    const [cost, size, lanes] = [named('N', 'cost', 16384), named('r', 'blockSize', 8), named('p', 'parallelization', 1)];
    const most = options?.['maxmem'] ?? STANDARD_MEMORY;
    if (typeof most !== 'number') throw invalidType('maxmem', 'of type number', most);
    if (cost < 2 || !Number.isInteger(Math.log2(cost)) || size * lanes >= 2 ** 30) throw invalidParameters('');
    // As OpenSSL counts.
    if (128 * size * (cost + lanes + 2) > (most || STANDARD_MEMORY)) throw invalidParameters(': memory limit exceeded');
    return [Math.log2(cost), size, lanes];
}

export function scryptSync(password?: unknown, salt?: unknown, length?: unknown, options?: ScryptOptions): Buffer {
    const [secret, grain] = [dataOrBuffer(password, 'password'), dataOrBuffer(salt, 'salt')];
    checkInteger('keylen', length, 0);
    const [cost, size, lanes] = scryptParameters(options);
    return toBuffer(web.derived(length, (key) => op_onevent_scrypt(secret, grain, cost, size, lanes, key)));
}

export function scrypt(
    password: unknown,
    salt: unknown,
    length: unknown,
    options: ScryptOptions | Callback<Buffer>,
    callback: unknown = options,
): void {
    if (typeof callback !== 'function') throw invalidType('callback', 'of type function', callback);
    const given = callback === options ? undefined : (options as ScryptOptions);
    scryptParameters(given);
    later(callback as Callback<Buffer>, () => scryptSync(password, salt, length, given));
}
