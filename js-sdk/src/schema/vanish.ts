// Whether a schema may accept what JSON has no form of: `undefined`, functions, symbols. In an object such a value
// is left out, so its key cannot be required; in a list it becomes null.
import type { ZodNode } from './zod-node.ts';

/** Deeper than this a schema counts as one that may. It also ends recursive schemas. */
const MAX_DEPTH = 30;

function valuesMayVanish(values: ReadonlySet<unknown> | undefined): boolean {
    if (values === undefined) {
        return true;
    }
    for (const value of values) {
        if (value === undefined || typeof value === 'symbol') {
            return true;
        }
    }
    return false;
}

export function mayVanish(schema: ZodNode, depth = 0): boolean {
    if (depth > MAX_DEPTH) {
        return true;
    }
    const { def, values } = schema._zod;
    const inner = (node: ZodNode | undefined) => node === undefined || mayVanish(node, depth + 1);
    switch (def.type) {
        case 'string':
        case 'number':
        case 'boolean':
        case 'bigint':
        case 'date':
            return def.coerce === true;
        case 'null':
        case 'nan':
        case 'never':
        case 'array':
        case 'object':
        case 'tuple':
        case 'record':
        case 'map':
        case 'set':
        case 'template_literal':
            return false;
        case 'enum':
        case 'literal':
            return valuesMayVanish(values);
        case 'nullable':
        case 'nonoptional':
        case 'readonly':
            return inner(def.innerType);
        case 'pipe':
            return inner(def.in);
        case 'union':
            return def.options?.some(inner) ?? true;
        case 'intersection':
            return inner(def.left) && inner(def.right);
        default:
            return true;
    }
}
