// Objects, lists, tuples, records and intersections.
import { plainChecks } from './checks.ts';
import { tighten } from './scalars.ts';
import { mayVanish } from './vanish.ts';
import type { JSONSchema, ZodNode } from './zod-node.ts';

/** Half a surrogate pair in a key is stored as this: other keys may become one that holds it. */
const REPLACEMENT = '\ufffd';

type Properties = { [key: string]: JSONSchema };

function setOwn(target: object, key: string, value: unknown): void {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

/** A list's item that JSON writes as null may be null. */
function itemSchema(schema: ZodNode, json: JSONSchema): JSONSchema {
    return mayVanish(schema) ? { anyOf: [json, { type: 'null' }] } : json;
}

/** Whether a key means the same to zod and in the store. */
function isReliable(key: string): boolean {
    return key !== '__proto__' && key.isWellFormed() && !key.includes(REPLACEMENT);
}

function isRequired(key: string, schema: ZodNode): boolean {
    // With an optional output zod forgives an absent key, whatever its input wants.
    return isReliable(key) && schema._zod.optout !== 'optional' && !mayVanish(schema);
}

function additional(schema: ZodNode, json: JSONSchema, keys: string[]): JSONSchema {
    const { catchall } = schema._zod.def;
    const reliable = keys.every((key) => key !== '__proto__' && key.isWellFormed());
    if (catchall === undefined || !reliable) {
        return {};
    }
    const closed = catchall._zod.def.type === 'never';
    return { additionalProperties: closed ? false : (json['additionalProperties'] ?? {}) };
}

export function objectSchema(schema: ZodNode, json: JSONSchema): JSONSchema {
    const shape = schema._zod.def.shape ?? {};
    const keys = Object.keys(shape);
    const children = (json['properties'] ?? {}) as Properties;
    const properties = {};
    const required: string[] = [];
    for (const key of keys) {
        const known = isReliable(key) && Object.hasOwn(children, key) ? children[key] : undefined;
        setOwn(properties, key, known ?? {});
        if (isRequired(key, shape[key] as ZodNode)) {
            required.push(key);
        }
    }
    return {
        type: 'object',
        properties,
        ...(required.length > 0 ? { required } : {}),
        ...additional(schema, json, keys),
    };
}

export function arraySchema(schema: ZodNode, json: JSONSchema): JSONSchema {
    const { element } = schema._zod.def;
    const result: JSONSchema = { type: 'array' };
    if (element !== undefined) {
        result['items'] = itemSchema(element, (json['items'] ?? {}) as JSONSchema);
    }
    for (const { _zod: { def } } of plainChecks(schema)) {
        if (def.check === 'min_length' || def.check === 'length_equals') {
            tighten(result, itemCount('minItems', def.minimum ?? def.length));
        }
        if (def.check === 'max_length' || def.check === 'length_equals') {
            tighten(result, itemCount('maxItems', def.maximum ?? def.length));
        }
    }
    return result;
}

function itemCount(keyword: 'minItems' | 'maxItems', count: unknown): JSONSchema {
    if (typeof count !== 'number' || !Number.isFinite(count) || count < 0) {
        return {};
    }
    return { [keyword]: keyword === 'minItems' ? Math.ceil(count) : Math.floor(count) };
}

export function tupleSchema(schema: ZodNode, json: JSONSchema): JSONSchema {
    const { items = [], rest } = schema._zod.def;
    const children = (json['prefixItems'] ?? []) as JSONSchema[];
    const result: JSONSchema = { type: 'array' };
    if (items.length > 0) {
        result['prefixItems'] = items.map((item, index) => itemSchema(item, children[index] ?? {}));
    }
    if (rest) {
        result['items'] = itemSchema(rest, (json['items'] ?? {}) as JSONSchema);
    } else {
        result['maxItems'] = items.length;
    }
    return result;
}

/** Keys are left to zod: key schemas may transform, retry as numbers, or let what they do not know pass. */
export function recordSchema(schema: ZodNode, json: JSONSchema): JSONSchema {
    if (schema._zod.def.mode === 'loose') {
        return { type: 'object' };
    }
    // zod passes over a key of this name.
    const properties = {};
    setOwn(properties, '__proto__', {});
    return { type: 'object', properties, additionalProperties: json['additionalProperties'] ?? {} };
}

/**
 * A side of an intersection. zod forgives a key that only one side does not know, however deep in the value it is:
 * no object in it may be closed. A reference leads to objects that are closed elsewhere, so it says nothing here.
 */
function opened(json: unknown): unknown {
    if (Array.isArray(json)) {
        return json.map(opened);
    }
    if (typeof json !== 'object' || json === null) {
        return json;
    }
    if (Object.hasOwn(json, '$ref')) {
        return {};
    }
    const copy = {};
    for (const [keyword, value] of Object.entries(json)) {
        if (keyword !== 'additionalProperties' || value !== false) {
            setOwn(copy, keyword, opened(value));
        }
    }
    return copy;
}

export function intersectionSchema(json: JSONSchema): JSONSchema {
    const sides = (json['allOf'] ?? []) as JSONSchema[];
    return { allOf: sides.map(opened) };
}
