// Whether describing a schema runs nothing of its author's: it is made of nothing but zod's own parts.
import { partsOf } from './parts.ts';
import type { ZodNode } from './zod-node.ts';

/** Kinds that hold no function of the author's which describing calls: `default`, `catch`, `lazy` and the like may. */
const PLAIN: ReadonlySet<string> = new Set([
    'any',
    'array',
    'bigint',
    'boolean',
    'date',
    'enum',
    'int',
    'intersection',
    'literal',
    'map',
    'nan',
    'never',
    'nonoptional',
    'null',
    'nullable',
    'number',
    'object',
    'optional',
    'readonly',
    'record',
    'set',
    'string',
    'template_literal',
    'tuple',
    'undefined',
    'union',
    'unknown',
    'void',
]);

/** A schema with more nodes than this is not looked through. */
const MAX_NODES = 1_000;

/** Whether all parts of `schema` are plain. One that cannot be read is not. */
export function isPlain(schema: ZodNode): boolean {
    const seen = new Set<ZodNode>([schema]);
    try {
        for (const node of seen) {
            if (!PLAIN.has(node._zod.def.type) || node._zod.toJSONSchema !== undefined || seen.size > MAX_NODES) {
                return false;
            }
            // Describing reads checks, and calls none.
            const checks: readonly unknown[] = node._zod.def.checks ?? [];
            // A set goes on with what is added while it is walked.
            partsOf(node).forEach((part) => checks.includes(part) || seen.add(part));
        }
        return true;
    } catch {
        return false;
    }
}
