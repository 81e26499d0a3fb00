// JSON text of what the SDK itself has made: how a run ended, what a function declares. `JSON.stringify` asks every object for
// a `toJSON`, and a function may have put one on all of them; this asks nobody. Nothing here trusts the realm's prototypes.
import { ArrayIsArray, JSONStringify, NumberIsFinite, ObjectHasOwn, ObjectKeys, StringConstructor } from '../primordials.ts';
import { wellFormed } from './well-formed.ts';

/** Deeper is nothing that the SDK makes. */
const MAX_DEPTH = 1_000;

function listText(items: readonly unknown[], depth: number): string {
    let text = '[';
    const { length } = items;
    for (let index = 0; index < length; index++) {
        // A hole is not looked up in the prototype.
        const item = ObjectHasOwn(items, index) ? items[index] : null;
        text += `${index === 0 ? '' : ','}${anyText(item, depth) ?? 'null'}`;
    }
    return `${text}]`;
}

function objectText(value: object, depth: number): string {
    let text = '{';
    const keys = ObjectKeys(value);
    for (let index = 0; index < keys.length; index++) {
        const key = keys[index] as string;
        const field = anyText((value as Record<string, unknown>)[key], depth);
        if (field !== undefined) {
            text += `${text === '{' ? '' : ','}${JSONStringify(key)}:${field}`;
        }
    }
    return `${text}}`;
}

function anyText(value: unknown, depth: number): string | undefined {
    switch (typeof value) {
        // Of a text there is nothing to ask for.
        case 'string':
            return JSONStringify(value);
        case 'number':
            return NumberIsFinite(value) ? StringConstructor(value) : 'null';
        case 'boolean':
            return value ? 'true' : 'false';
        case 'object':
            if (value === null) {
                return 'null';
            }
            if (depth >= MAX_DEPTH) {
                throw new RangeError('the value is nested too deeply');
            }
            return ArrayIsArray(value) ? listText(value, depth + 1) : objectText(value, depth + 1);
        default:
            return undefined;
    }
}

/** The JSON text of plain data. `undefined` where JSON has no form of `value`. */
export function trustedJSONText(value: unknown): string | undefined {
    return wellFormed(anyText(value, 0));
}
