// The headers of an answer: an object of names in lower case, with axios' `get` and `has`. What Node makes of several
// lines of one name is done on the other side; only `set-cookie` comes more than once.
import { ArrayIsArray, ArrayPrototypePush, ObjectDefineProperty, ObjectHasOwn, StringPrototypeToLowerCase } from '../primordials.ts';

/** `set-cookie` is a list, as in axios; everything else is text. */
const ALWAYS_A_LIST = 'set-cookie';

/** As axios' class of that name, as far as reading goes. */
export class ResponseHeaders {
    [name: string]: unknown;

    constructor(pairs: readonly (readonly [string, string])[]) {
        for (const [name, value] of pairs) {
            const key = StringPrototypeToLowerCase(name);
            const known = ObjectHasOwn(this, key) ? this[key] : undefined;
            if (ArrayIsArray(known)) {
                ArrayPrototypePush(known, value);
                continue;
            }
            ObjectDefineProperty(this, key, {
                value: key === ALWAYS_A_LIST ? [value] : value,
                enumerable: true,
                writable: true,
                configurable: true,
            });
        }
    }
}

function find(headers: ResponseHeaders, name: unknown): unknown {
    const key = typeof name === 'string' ? StringPrototypeToLowerCase(name) : '';
    return ObjectHasOwn(headers, key) ? headers[key] : undefined;
}

// On the prototype and not enumerable: a header named `get` is still an own property.
ObjectDefineProperty(ResponseHeaders.prototype, 'get', {
    value(this: ResponseHeaders, name: unknown) {
        return find(this, name);
    },
});
ObjectDefineProperty(ResponseHeaders.prototype, 'has', {
    value(this: ResponseHeaders, name: unknown) {
        return find(this, name) !== undefined;
    },
});
