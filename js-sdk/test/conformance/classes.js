// One program, two worlds: what each class has of members, its own and inherited, on instances and on itself. What starts
// with an underscore is private.
const PLAIN = new Set([Object.prototype, Function.prototype, Uint8Array.prototype, Object.getPrototypeOf(Uint8Array.prototype), Error.prototype, null]);
/** Every function has these. */
const OF_FUNCTIONS = ['arguments', 'caller', 'length', 'name', 'prototype'];

const isPublic = (name) => name !== undefined && !/^[_\d]/.test(name);
/** Of symbols, only the language's own. */
const named = (keys) => keys.map((key) => (typeof key === 'string' ? key : /^Symbol\./.test(key.description) ? `[${key.description}]` : undefined)).filter(isPublic).sort();

function membersOf(value) {
    const keys = new Set();
    for (let owner = value; !PLAIN.has(owner); owner = Object.getPrototypeOf(owner)) {
        for (const key of Reflect.ownKeys(owner)) keys.add(key);
    }
    return named([...keys]);
}

const staticsOf = (value) => named(Reflect.ownKeys(value)).filter((name) => !OF_FUNCTIONS.includes(name));

const pair = cryptoModule.generateKeyPairSync('ed25519');
const cipher = (make) => make('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(16));
const iterator = (value) => Object.getPrototypeOf(value);
const CLASSES = {
    AbortController, AbortSignal, Blob, Buffer, ByteLengthQueuingStrategy, CountQueuingStrategy, CryptoKey, DOMException, Event, EventTarget, File,
    FormData, Headers, ReadableByteStreamController, ReadableStream, ReadableStreamBYOBReader, ReadableStreamBYOBRequest,
    ReadableStreamDefaultController, ReadableStreamDefaultReader, Request, Response, SubtleCrypto, TextDecoder, TextDecoderStream, TextEncoder,
    TextEncoderStream, TransformStream, TransformStreamDefaultController, URL, URLSearchParams, WritableStream,
    WritableStreamDefaultController, WritableStreamDefaultWriter, Crypto, Performance: performance.constructor, PerformanceEntry, PerformanceMark,
    PerformanceMeasure, Hash: cryptoModule.Hash, Hmac: cryptoModule.Hmac, Sign: cryptoModule.Sign, Verify: cryptoModule.Verify,
    KeyObject: cryptoModule.KeyObject, Cipheriv: cipher(cryptoModule.createCipheriv).constructor, Decipheriv: cipher(cryptoModule.createDecipheriv).constructor,
    Url: urlModule.Url,
};
const VALUES = {
    globalThis, console, crypto, performance, 'crypto.subtle': crypto.subtle, 'node:buffer': bufferModule, 'node:crypto': cryptoModule, 'node:url': urlModule,
    'SecretKeyObject': iterator(cryptoModule.createSecretKey(Buffer.alloc(1))), PublicKeyObject: iterator(pair.publicKey), PrivateKeyObject: iterator(pair.privateKey),
    'Headers iterator': iterator(new Headers().entries()), 'FormData iterator': iterator(new FormData().entries()),
    'URLSearchParams iterator': iterator(new URLSearchParams().entries()), 'ReadableStream iterator': iterator(new ReadableStream()[Symbol.asyncIterator]()),
};

/** Name of a class, with `.prototype` of its instances -> its members. */
function allMembers() {
    const found = {};
    for (const [name, value] of Object.entries(CLASSES)) {
        found[name] = [...staticsOf(value), `name ${value.name}`];
        found[`${name}.prototype`] = membersOf(value.prototype);
    }
    for (const [name, value] of Object.entries(VALUES)) found[name] = membersOf(value);
    return found;
}
