// What an author wrote himself: own properties only. A package that puts `baseUrlOverride` or `ttlMs` on
// `Object.prototype` speaks for nobody.
import { ObjectCreate, ObjectHasOwn } from './primordials.ts';

type Fields = Record<string, unknown>;

/** The own property of that name; undefined where there is none, and of what is no object. */
export function own(value: unknown, name: string): unknown {
    return typeof value === 'object' && value !== null && ObjectHasOwn(value, name) ? (value as Fields)[name] : undefined;
}

/** A copy of these own properties, each read once. It has no prototype, so nothing is inherited. */
export function ownFields(value: object, names: readonly string[]): Fields {
    const fields = ObjectCreate(null) as Fields;
    for (let index = 0; index < names.length; index++) {
        const name = names[index] as string;
        if (ObjectHasOwn(value, name)) {
            fields[name] = (value as Fields)[name];
        }
    }
    return fields;
}
