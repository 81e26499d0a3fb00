// The proxy around the members: it hides what Nango hides, and says what belongs to syncs.
import { HIDDEN, OF_SYNCS } from './members.ts';

const { apply, defineProperty, deleteProperty, get, getOwnPropertyDescriptor, has, ownKeys, set } = Reflect;
const { has: setHas } = Set.prototype;

function within(names: ReadonlySet<string>, key: PropertyKey): boolean {
    return apply(setHas, names, [key]) as boolean;
}

function refuseHidden(key: PropertyKey): void {
    if (within(HIDDEN, key)) {
        throw new Error(`nango.${String(key)} is internal: it cannot be used by a function`);
    }
}

function missing(key: PropertyKey): unknown {
    if (!within(OF_SYNCS, key)) {
        // `then`, `toJSON` and the like: whoever asks finds out that it is not there.
        return undefined;
    }
    return () => {
        throw new Error(`nango.${String(key)}() belongs to syncs: event functions and actions do not have it`);
    };
}

const handler: ProxyHandler<object> = {
    get(target, key) {
        refuseHidden(key);
        // The target has no prototype: what it has is its own.
        return has(target, key) ? get(target, key) : missing(key);
    },
    set(target, key, value) {
        refuseHidden(key);
        return set(target, key, value);
    },
    has(target, key) {
        return !within(HIDDEN, key) && has(target, key);
    },
    defineProperty(target, key, descriptor) {
        refuseHidden(key);
        return defineProperty(target, key, descriptor);
    },
    deleteProperty(target, key) {
        refuseHidden(key);
        return deleteProperty(target, key);
    },
    getOwnPropertyDescriptor,
    ownKeys,
    getPrototypeOf: () => null,
    setPrototypeOf() {
        throw new Error('the prototype of nango cannot be changed');
    },
    preventExtensions: () => false,
};

/** `members` as a function sees them. */
export function guard<T extends object>(members: T): T {
    return new Proxy(Object.assign(Object.create(null) as object, members), handler) as T;
}
