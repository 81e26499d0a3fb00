// Objects, lists, tuples, records and intersections.
import { plainChecks } from './checks.ts';
import { INTERSECTION } from './intersections.ts';
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

/** Whether the zod of a schema, a project's own, ignores a key `__proto__` that its object does not know. */
function passesOverPrototypes({ _zod: { version } }: ZodNode): boolean {
    return version !== undefined && (version.major > 4 || version.minor > 3);
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
    if (passesOverPrototypes(schema) && !Object.hasOwn(properties, '__proto__')) {
        setOwn(properties, '__proto__', {});
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

/** Whether an author wrote the JSON Schema of a part of this intersection, which may be narrower than its check. */
function hasOwnJSONSchema(schema: ZodNode | undefined): boolean {
    const { def, toJSONSchema } = schema?._zod ?? { def: { type: '' } as ZodNode['_zod']['def'] };
    const isOwn = typeof toJSONSchema === 'function';
    return isOwn || (def.type === 'intersection' && (hasOwnJSONSchema(def.left) || hasOwnJSONSchema(def.right)));
}

/** The sides are opened later, once they are final: see intersections.ts. */
export function intersectionSchema(schema: ZodNode, json: JSONSchema): JSONSchema {
    return hasOwnJSONSchema(schema) ? {} : { [INTERSECTION]: true, allOf: json['allOf'] ?? [] };
}
