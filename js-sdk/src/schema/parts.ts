// The schemas that a schema is made of.
import type { ZodNode } from './zod-node.ts';

function isNode(value: unknown): value is ZodNode {
    return typeof value === 'object' && value !== null && '_zod' in value;
}

/** The schemas inside a schema: in its definition, in a list or in a shape there, or behind a `lazy`. */
export function partsOf(schema: ZodNode): ZodNode[] {
    const def = schema._zod.def as { type: string; getter?: unknown };
    const parts: unknown[] = [];
    for (const value of Object.values(def)) {
        const inner = typeof value === 'object' && value !== null && !isNode(value) ? Object.values(value) : [value];
        parts.push(...inner);
    }
    if (def.type === 'lazy' && typeof def.getter === 'function') {
        parts.push((def.getter as () => unknown)());
    }
    return parts.filter(isNode);
}
