// V8 ends the whole process where a list that a built-in makes would be longer than its lists can be, before it looks at the
// heap's limit. These are the built-ins that a short call leads there; each is checked where that could happen, and is V8's own
// everywhere else. Half of V8's longest list takes 512 MiB: the heap's limit stops a run long before.
const MAX_LENGTH = 2 ** 26;

type Method = (this: unknown, ...values: unknown[]) => unknown;

/** The built-ins of one realm. */
interface Realm {
    Array: { prototype: object };
    String: { prototype: object };
    RegExp: { prototype: object };
}

const { apply, defineProperty, getOwnPropertyDescriptor } = Reflect;
const text = String;
const TooLong = RangeError;
const { min } = Math;

/**
 * Puts what `make` makes of it in the place of a method; how the property is stays. The name and the length of what it makes
 * are the method's: nothing defines them, because this is done for each realm.
 */
function replace(owner: object, name: string, make: (own: Method) => Method): void {
    const methods = owner as Record<string, unknown>;
    const own = methods[name];
    if (typeof own === 'function') methods[name] = make(own as Method);
}

function tooLong(): RangeError {
    return new TooLong('Invalid array length');
}

/** Copies a list: of an array-like that says it is very long, V8 makes a list as long at once. */
function copying(own: Method): Method {
    return new Proxy(own, {
        apply(target, list: unknown, values: unknown[]) {
            if (typeof list === 'object' && list !== null && (list as { length: unknown }).length as number > MAX_LENGTH) {
                throw tooLong();
            }
            return apply(target, list, values);
        },
    });
}

/** An object as the text that the method would make of it; anything else as it is. */
function asText(self: unknown): unknown {
    return typeof self === 'object' && self !== null ? text(self) : self;
}

/** Whether there could be too many pieces of it. */
function isLong(self: unknown): self is string {
    return typeof self === 'string' && self.length > MAX_LENGTH;
}

function splitting(own: Method): Method {
    return {
        split(this: unknown, separator?: unknown, limit?: unknown): unknown {
            if (typeof this === 'string' && this.length <= MAX_LENGTH) return apply(own, this, [separator, limit]);
            if (typeof separator === 'object' && separator !== null) return apply(own, this, [separator, limit]);
            const self = asText(this);
            if (!isLong(self)) return apply(own, self, [separator, limit]);
            const most = limit === undefined ? MAX_LENGTH : min((limit as number) >>> 0, MAX_LENGTH);
            const pieces = apply(own, self, [separator, most]) as unknown[];
            if (pieces.length >= MAX_LENGTH && (limit === undefined || (limit as number) >>> 0 > MAX_LENGTH)) throw tooLong();
            return pieces;
        },
    }.split;
}

function matching(own: Method, { RegExp }: Realm): Method {
    const isGlobal = getOwnPropertyDescriptor(RegExp.prototype, 'global')?.get as Method;
    const exec = getOwnPropertyDescriptor(RegExp.prototype, 'exec')?.value as Method;
    const findAll = (long: string, pattern: { lastIndex: number }): unknown => {
        pattern.lastIndex = 0;
        const found: unknown[] = [];
        for (;;) {
            const match = apply(exec, pattern, [long]) as [string] | null;
            if (match === null) return found.length === 0 ? null : found;
            if (found.length >= MAX_LENGTH) throw tooLong();
            defineProperty(found, found.length, { value: match[0], writable: true, enumerable: true, configurable: true });
            if (match[0] === '') pattern.lastIndex++;
        }
    };
    return {
        match(this: unknown, pattern?: unknown): unknown {
            if (typeof this === 'string' && this.length <= MAX_LENGTH) return apply(own, this, [pattern]);
            if (typeof pattern !== 'object' || pattern === null) return apply(own, this, [pattern]);
            let all = false;
            try {
                all = apply(isGlobal, pattern, []) === true;
            } catch {
                // It is no regular expression.
            }
            const self = all ? asText(this) : this;
            return all && isLong(self) ? findAll(self, pattern as { lastIndex: number }) : apply(own, self, [pattern]);
        },
    }.match;
}

/** Checks the built-ins of a realm, before any code of a function runs in it. */
export function boundBuiltIns(realm: Realm): void {
    for (const name of ['toSorted', 'toReversed', 'toSpliced', 'with']) replace(realm.Array.prototype, name, copying);
    replace(realm.String.prototype, 'split', splitting);
    replace(realm.String.prototype, 'match', (own) => matching(own, realm));
}
