// Each node of the JSON Schema, so wide that it accepts the JSON form of everything that zod accepts there.
//
// What zod wrote is not trusted to be wide enough: a node is written anew from the zod schema, with only the keywords
// that are known to be safe. The sub-schemas are zod's, and may not be rewritten yet: they are passed on, not read.
// A node of a kind that is not named here becomes `{}`.
import { arraySchema, intersectionSchema, objectSchema, recordSchema, tupleSchema } from './containers.ts';
import { INTERSECTION } from './intersections.ts';
import { numberSchema, stringSchema, templateLiteralSchema, valuesSchema } from './scalars.ts';
import type { JSONSchema, ZodNode } from './zod-node.ts';

/** The keywords that a wrapper such as `optional` took over from the schema inside it, which is wide already. */
const STRUCTURAL = [
    '$ref',
    'type',
    'enum',
    'not',
    'minLength',
    'maxLength',
    'pattern',
    'minimum',
    'maximum',
    'properties',
    'required',
    'additionalProperties',
    'items',
    'prefixItems',
    'minItems',
    'maxItems',
    'anyOf',
    'allOf',
    INTERSECTION,
];

function structural(json: JSONSchema): JSONSchema {
    const kept: JSONSchema = {};
    for (const keyword of STRUCTURAL) {
        if (Object.hasOwn(json, keyword)) {
            kept[keyword] = json[keyword];
        }
    }
    return kept;
}

function alternatives(json: JSONSchema): JSONSchema {
    // `oneOf` would refuse a value that two options accept once they are widened.
    const options = json['anyOf'] ?? json['oneOf'];
    return Array.isArray(options) && options.length > 0 ? { anyOf: options } : {};
}

/** A pipe accepts what its first half accepts; zod's JSON Schema shows the second half of a `preprocess`. */
function pipeSchema(schema: ZodNode, json: JSONSchema): JSONSchema {
    const first = schema._zod.def.in;
    return first === undefined || first._zod.def.type === 'transform' ? {} : structural(json);
}

/** Kinds without sub-schemas: all that there is to say is in the zod schema itself. Null for the others. */
function leafSchema(schema: ZodNode): JSONSchema | null {
    const { def } = schema._zod;
    switch (def.type) {
        case 'string':
            return stringSchema(schema);
        case 'template_literal':
            return templateLiteralSchema(schema);
        case 'number':
            return numberSchema(schema);
        case 'boolean':
            return def.coerce ? {} : { type: 'boolean' };
        case 'null':
            return { type: 'null' };
        case 'never':
            return { not: {} };
        case 'enum':
        case 'literal':
            return valuesSchema(schema);
        default:
            return null;
    }
}

function branchSchema(schema: ZodNode, json: JSONSchema): JSONSchema {
    switch (schema._zod.def.type) {
        case 'object':
            return objectSchema(schema, json);
        case 'array':
            return arraySchema(schema, json);
        case 'tuple':
            return tupleSchema(schema, json);
        case 'record':
            return recordSchema(schema, json);
        case 'union':
        case 'nullable':
            return alternatives(json);
        case 'intersection':
            return intersectionSchema(schema, json);
        case 'pipe':
            return pipeSchema(schema, json);
        case 'optional':
        case 'nonoptional':
        case 'default':
        case 'prefault':
        case 'readonly':
        case 'lazy':
            return structural(json);
        default:
            // any, unknown, undefined, void, symbol, bigint, nan, date, custom, transform, catch, map, set, file,
            // function, promise, success, and whatever a later zod adds.
            return {};
    }
}

function widened(schema: ZodNode, json: JSONSchema): JSONSchema {
    if (typeof schema._zod.toJSONSchema === 'function') {
        // An author's own JSON Schema may be narrower than the check.
        return {};
    }
    const leaf = leafSchema(schema);
    if (leaf !== null) {
        return leaf;
    }
    const kind = schema._zod.def.type;
    if (Object.hasOwn(json, '$ref') && kind !== 'catch' && kind !== 'promise' && kind !== 'pipe') {
        // The schema that this one refines or wraps, said elsewhere: it is the wider of the two.
        return { $ref: json['$ref'] };
    }
    return branchSchema(schema, json);
}

/** Rewrites `json`, which zod made of `schema`, in place. */
export function widen(schema: ZodNode, json: JSONSchema): void {
    const result = widened(schema, json);
    for (const keyword of Object.keys(json)) {
        delete json[keyword];
    }
    Object.assign(json, result);
}
