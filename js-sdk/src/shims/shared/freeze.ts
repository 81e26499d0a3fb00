// Freezes what all runs of a shared isolate see, so that none leaves anything there for another.
import { ofRuns } from './zod-state.ts';

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { ownKeys } = Reflect;

/** Prototypes whose `constructor` V8 watches: as an accessor it would make every promise and array of all runs slow. */
const WATCHED = ['Array', 'Promise', 'RegExp', 'String', 'Map', 'Set', 'WeakMap', 'WeakSet', 'ArrayBuffer', 'Date', 'Boolean', 'Number', 'Symbol', 'BigInt', 'Function', 'Iterator', 'DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'];
/** Of the language's own classes, the ones whose every member may be covered by an object's own. */
const COVERED = ['Object', 'Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'];

/**
 * A frozen prototype's members cannot be covered by assignment: `error.name = '…'` would throw. As an accessor they can, and
 * the assignment makes an own property of the object, as it would without the freezing.
 */
function coverable(owner: object, key: PropertyKey, { value, enumerable }: PropertyDescriptor): void {
    const accessor: PropertyDescriptor & { __proto__: null } = {
        __proto__: null,
        get(): unknown {
            return value;
        },
        set(this: unknown, own: unknown): void {
            if (this === owner) throw new TypeError(`Cannot assign to read only property '${String(key)}' of a class that all runs share`);
            if (this === null || (typeof this !== 'object' && typeof this !== 'function')) return;
            const descriptor: PropertyDescriptor & { __proto__: null } = { __proto__: null, value: own, writable: true, enumerable: true, configurable: true };
            defineProperty(this, key, descriptor);
        },
        enumerable: enumerable === true,
        configurable: false,
    };
    Object.freeze(accessor.get);
    Object.freeze(accessor.set);
    defineProperty(owner, key, accessor);
}

/** The legacy properties of `RegExp` tell what was matched last: by anybody. */
function forgetMatches(): void {
    for (const key of ownKeys(RegExp)) {
        const { get } = getOwnPropertyDescriptor(RegExp, key) ?? {};
        if (get !== undefined && key !== Symbol.species) delete (RegExp as unknown as Record<PropertyKey, unknown>)[key];
    }
}

/** Why something cannot be shared: freezing does not reach what it holds inside. */
function changeable(value: object): string | null {
    if (value instanceof Map || value instanceof Set || value instanceof WeakMap || value instanceof WeakSet) return 'a collection';
    if (ArrayBuffer.isView(value)) return 'a view of memory';
    if (value instanceof Date) return 'a date';
    return value instanceof RegExp && (value.global || value.sticky) ? 'a pattern with a place' : null;
}

/** A static accessor with a setter keeps its value outside of any object. */
function fixStatics(owner: object): void {
    if (typeof owner !== 'function' || !Object.hasOwn(owner, 'prototype')) return;
    for (const key of ownKeys(owner)) {
        const { get, set, configurable, enumerable } = getOwnPropertyDescriptor(owner, key) as PropertyDescriptor;
        if (set !== undefined && configurable === true) {
            defineProperty(owner, key, { value: get === undefined ? undefined : Reflect.apply(get, owner, []), enumerable: enumerable === true });
        }
    }
}

/** Whether it is the prototype of a class: what instances inherit. */
function isPrototype(value: object): boolean {
    const { value: constructor } = getOwnPropertyDescriptor(value, 'constructor') ?? {};
    return typeof constructor === 'function' && constructor.prototype === value;
}

/** What an accessor gives: the members of a module that was bundled are such, and what is made at its first use. */
function read(owner: object, get: (() => unknown) | undefined): unknown {
    try {
        return get === undefined || ofRuns.has(get) || isPrototype(owner) ? undefined : Reflect.apply(get, owner, []);
    } catch {
        // What it gives needs more than the object that it is on.
        return undefined;
    }
}

/** Everything that is reached from `roots`, by properties, accessors and prototypes; with the way to each. */
function reached(roots: Record<string, unknown>): Map<object, string> {
    const found = new Map<object, string>();
    const waiting: object[] = [];
    const add = (value: unknown, way: string): void => {
        if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
        if (found.has(value)) return;
        found.set(value, way);
        waiting.push(value);
    };
    for (const name in roots) add(roots[name], name);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const way = found.get(next) as string;
        add(getPrototypeOf(next), `${way}.__proto__`);
        fixStatics(next);
        for (const key of ownKeys(next)) {
            // What was read before may have replaced it.
            const { value, get, set } = getOwnPropertyDescriptor(next, key) ?? {};
            for (const one of [value, get, set, read(next, get)]) add(one, `${way}.${String(key)}`);
        }
    }
    return found;
}

function isNamespace(value: object): boolean {
    return getPrototypeOf(value) === null && getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value === 'Module';
}

export function freezeAll(roots: Record<string, unknown>): void {
    forgetMatches();
    const ofLanguage = (name: string): object | undefined => (globalThis as unknown as Record<string, { prototype: object } | undefined>)[name]?.prototype;
    const covered = new Set(COVERED.map(ofLanguage));
    const watched = new Set<unknown>(WATCHED.map(ofLanguage));
    watched.add(getPrototypeOf(Uint8Array.prototype));
    const found = reached(roots);
    const wrong: string[] = [];
    for (const [value, way] of found) {
        const why = changeable(value);
        if (why !== null) wrong.push(`${way} is ${why}`);
    }
    if (wrong.length > 0) throw new Error(`cannot be shared between runs: ${wrong.join('; ')}`);
    for (const value of found.keys()) {
        if (covered.has(value) || (!watched.has(value) && isPrototype(value))) {
            for (const key of ownKeys(value)) {
                const descriptor = getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
                if (descriptor.writable === true && descriptor.configurable === true) coverable(value, key, descriptor);
            }
        }
    }
    const open: string[] = [];
    for (const [value, way] of found) {
        // A module's namespace cannot be changed anyway, and cannot be frozen either.
        if (isNamespace(value)) continue;
        try {
            Object.freeze(value);
        } catch (error) {
            open.push(`${way}: ${String(error)}`);
        }
    }
    if (open.length > 0) throw new Error(`cannot be frozen: ${open.join('; ')}`);
}
