// What deno_web's formatter copies whole before it cuts it: long texts, wherever they are in a value. It works outside of V8's heap,
// where no limit of the run counts them. So values are looked at first, without running anything of theirs.
import { core, primordials } from 'ext:core/mod.js';

const {
    ArrayIsArray,
    ObjectGetOwnPropertyDescriptor,
    ObjectGetPrototypeOf,
    ReflectApply,
    ReflectOwnKeys,
    SafeMapIterator,
    SafeSetIterator,
    Symbol,
    SymbolToStringTag,
} = primordials;

/** UTF-16 units of all texts that are formatted at once. */
const MAX_UNITS = 1_000_000;
/** So many values are looked at. What has more is shown in short. */
const MAX_VALUES = 20_000;
/** The formatter goes less deep. */
const MAX_DEPTH = 6;
/** Of a list, a map and a set, the formatter shows so many. */
const MAX_SHOWN = 101;

interface Left {
    units: number;
    values: number;
}

const descriptionOf = ObjectGetOwnPropertyDescriptor(Symbol.prototype, 'description')?.get as (this: symbol) => string | undefined;
const { valueOf } = String.prototype;
const sourceOf = ObjectGetOwnPropertyDescriptor(RegExp.prototype, 'source')?.get as (this: RegExp) => string;

function text(left: Left, value: string | undefined): boolean {
    left.units -= value === undefined ? 0 : value.length;
    return left.units >= 0;
}

/** A property's value, where there is one without asking for it. */
function field(owner: object, key: PropertyKey): unknown {
    return ObjectGetOwnPropertyDescriptor(owner, key)?.value;
}

/** Names that are shown of what made an object. */
function maker(value: object, left: Left): boolean {
    const prototype = ObjectGetPrototypeOf(value);
    if (prototype === null || core.isProxy(prototype)) return true;
    const made = field(prototype, 'constructor');
    const name = typeof made === 'function' && !core.isProxy(made) ? field(made, 'name') : undefined;
    const tag = field(prototype, SymbolToStringTag);
    return text(left, typeof name === 'string' ? name : undefined) && text(left, typeof tag === 'string' ? tag : undefined);
}

function fields(value: object, keys: readonly PropertyKey[], depth: number, left: Left): boolean {
    for (let index = 0; index < keys.length; index++) {
        const key = keys[index] as PropertyKey;
        if (!walk(key, depth, left) || !walk(field(value, key), depth, left)) return false;
    }
    return true;
}

function list(value: readonly unknown[], depth: number, left: Left): boolean {
    for (let index = 0; index < value.length && index < MAX_SHOWN; index++) {
        if (!walk(field(value, index), depth, left)) return false;
    }
    return true;
}

function entries(value: object, depth: number, left: Left): boolean {
    let shown = 0;
    const all = core.isMap(value) ? new SafeMapIterator(value) : new SafeSetIterator(value as Set<unknown>);
    for (const entry of all) {
        if (shown++ >= MAX_SHOWN) break;
        if (!(core.isMap(value) ? list(entry as unknown[], depth, left) : walk(entry, depth, left))) return false;
    }
    return true;
}

function object(value: object, depth: number, left: Left): boolean {
    if (core.isProxy(value)) return walk(core.getProxyDetails(value)[0], depth + 1, left);
    if (core.isStringObject(value)) return text(left, ReflectApply(valueOf, value, []) as string);
    if (core.isTypedArray(value)) return true;
    if (!maker(value, left)) return false;
    if (ArrayIsArray(value)) return list(value, depth + 1, left);
    if (core.isRegExp(value) && !text(left, ReflectApply(sourceOf, value, []) as string)) return false;
    if ((core.isMap(value) || core.isSet(value)) && !entries(value, depth + 1, left)) return false;
    return fields(value, ReflectOwnKeys(value), depth + 1, left);
}

function walk(value: unknown, depth: number, left: Left): boolean {
    if (typeof value === 'string') return text(left, value);
    if (typeof value === 'symbol') return text(left, ReflectApply(descriptionOf, value, []) as string | undefined);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || depth > MAX_DEPTH) return true;
    left.values -= 1;
    return left.values >= 0 && object(value, depth, left);
}

/** Whether a value can be given to the formatter as it is. */
export function isShort(value: unknown): boolean {
    return walk(value, 0, { units: MAX_UNITS, values: MAX_VALUES });
}
