// Classes that become streams when somebody first uses one of their instances as one, as Node's hashes and ciphers do:
// most functions only ever call `update` and `digest`, and the streams' code is larger than all of node:crypto.
import { load } from '../load.ts';
import type { Streams } from './streams.ts';

type Real = { prototype: object } & ((...args: unknown[]) => void);
type Base = { prototype: object };

let optionsOf: (stream: object) => unknown;

/** What both share: the options of the stream that an instance may become. */
class LazyStream {
    readonly #options: unknown;
    constructor(options?: unknown) {
        this.#options = options;
    }
    static {
        optionsOf = (stream) => (#options in stream ? stream.#options : undefined);
    }
}

/** Both ways: what is written comes out transformed. */
export class LazyTransform extends LazyStream {
    declare push: (chunk: unknown) => boolean;
}

/** One way. */
export class LazyWritable extends LazyStream {}

const EVENTS = [
    'addListener', 'emit', 'eventNames', 'getMaxListeners', 'listenerCount', 'listeners', 'off', 'on', 'once', 'prependListener',
    'prependOnceListener', 'rawListeners', 'removeAllListeners', 'removeListener', 'setMaxListeners',
];
const WRITABLE = [
    'cork', 'destroy', 'destroyed', 'end', 'errored', 'pipe', 'setDefaultEncoding', 'uncork', 'writable', 'writableAborted',
    'writableBuffer', 'writableCorked', 'writableEnded', 'writableFinished', 'writableHighWaterMark', 'writableLength',
    'writableNeedDrain', 'writableObjectMode', 'write', 'closed', '_destroy', '_undestroy', '_writev',
];
const READABLE = [
    'asIndexedPairs', 'compose', 'drop', 'every', 'filter', 'find', 'flatMap', 'forEach', 'isPaused', 'iterator', 'map', 'pause',
    'push', 'read', 'readable', 'readableAborted', 'readableBuffer', 'readableDidRead', 'readableEncoding', 'readableEnded',
    'readableFlowing', 'readableHighWaterMark', 'readableLength', 'readableObjectMode', 'reduce', 'resume', 'setEncoding', 'some',
    'take', 'toArray', 'unpipe', 'unshift', 'wrap', '_read', Symbol.asyncIterator,
];

/** The classes, the names of the members that wake them, and the parts of a stream that its constructor makes. */
const KINDS = [
    { base: LazyTransform, name: 'Transform', members: [...EVENTS, ...WRITABLE, ...READABLE], states: ['_readableState', '_writableState'] },
    { base: LazyWritable, name: 'Writable', members: [...EVENTS, ...WRITABLE], states: ['_writableState'] },
] as const;

type Kind = (typeof KINDS)[number];

/** The first touch of a stream's inner state makes it, with the options that the instance was made with. */
function makeLate(base: Base, real: Real, states: readonly string[]): void {
    for (const state of states) {
        Object.defineProperty(base.prototype, state, {
            get(this: Record<string, unknown> & { _writableState: { decodeStrings: boolean } }) {
                Reflect.apply(real, this, [optionsOf(this)]);
                // `_transform` and `_write` get text as it was written, with its encoding.
                this._writableState.decodeStrings = false;
                return this[state];
            },
            set(value: unknown) {
                Object.defineProperty(this, state, { value, writable: true, enumerable: true, configurable: true });
            },
            configurable: true,
        });
    }
}

/** Puts the real class behind the lazy one, and takes away what stood for its members. */
function wake({ base, name, members, states }: Kind): void {
    const real = load<Streams>('ext:onevent/node_streams.js')[name] as unknown as Real;
    for (const member of members) Reflect.deleteProperty(base.prototype, member);
    Object.setPrototypeOf(base.prototype, real.prototype);
    makeLate(base, real, states);
}

for (const kind of KINDS) {
    for (const member of kind.members) {
        Object.defineProperty(kind.base.prototype, member, {
            get(): unknown {
                wake(kind);
                return Reflect.get(kind.base.prototype, member, this);
            },
            set(value: unknown) {
                wake(kind);
                Reflect.set(kind.base.prototype, member, value, this);
            },
            configurable: true,
        });
    }
}
