// Puts parts of a schema where they are used.
//
// zod moves every part that it meets twice into `$defs`, also where the second time is a refinement of the same
// schema. What is used once, or is short, reads better in its place, and says more about a value that violates it.
import type { JSONSchema } from './zod-node.ts';

/** A part of at most this much JSON text, without references of its own, is repeated. */
const SHORT = 200;
const PREFIX = '#/$defs/';

type Definitions = Record<string, unknown>;

function isObject(value: unknown): value is JSONSchema {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name of the definition that a node refers to. */
function referenceOf(node: JSONSchema): string | null {
    const reference = node['$ref'];
    return typeof reference === 'string' && reference.startsWith(PREFIX) ? reference.slice(PREFIX.length) : null;
}

function countReferences(value: unknown, counts: Map<string, number>): Map<string, number> {
    if (isObject(value)) {
        const name = referenceOf(value);
        if (name !== null) {
            counts.set(name, (counts.get(name) ?? 0) + 1);
        }
    }
    if (typeof value === 'object' && value !== null) {
        Object.values(value).forEach((part) => countReferences(part, counts));
    }
    return counts;
}

function isShort(definition: unknown): boolean {
    const text = JSON.stringify(definition);
    return text.length <= SHORT && !text.includes('"$ref"');
}

class Inliner {
    readonly #definitions: Definitions;
    readonly #here: Set<string>;
    /** Definitions that are still referred to. */
    readonly needed = new Set<string>();

    constructor(definitions: Definitions, counts: Map<string, number>) {
        this.#definitions = definitions;
        const names = Object.keys(definitions);
        this.#here = new Set(names.filter((name) => counts.get(name) === 1 || isShort(definitions[name])));
    }

    /** `value` with its references replaced; `open` are the definitions that it is inside of. */
    inline(value: unknown, open: readonly string[]): unknown {
        if (Array.isArray(value)) {
            return value.map((item) => this.inline(item, open));
        }
        if (!isObject(value)) {
            return value;
        }
        const name = referenceOf(value);
        if (name === null) {
            return this.#inlineFields(value, open);
        }
        if (this.#here.has(name) && !open.includes(name)) {
            return this.inline(this.#definitions[name], [...open, name]);
        }
        this.needed.add(name);
        return value;
    }

    #inlineFields(node: JSONSchema, open: readonly string[]): JSONSchema {
        const copy = {};
        for (const [key, field] of Object.entries(node)) {
            Object.defineProperty(copy, key, {
                value: this.inline(field, open),
                enumerable: true,
                writable: true,
                configurable: true,
            });
        }
        return copy;
    }
}

/** The same schema with fewer references. */
export function inlineReferences(schema: JSONSchema): JSONSchema {
    const { $defs = {}, ...root } = schema;
    const inliner = new Inliner($defs as Definitions, countReferences(schema, new Map()));
    const result = inliner.inline(root, []) as JSONSchema;
    const kept: Definitions = {};
    // The set grows while it is walked: a definition may need others.
    for (const name of inliner.needed) {
        kept[name] = inliner.inline(($defs as Definitions)[name] ?? {}, [name]);
    }
    return inliner.needed.size > 0 ? { ...result, $defs: kept } : result;
}
