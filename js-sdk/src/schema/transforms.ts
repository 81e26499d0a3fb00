// Whether what goes into a schema and what comes out of it may differ: only a pipe or a transform makes it so, beside
// defaults, which only fill in.
import { partsOf } from './parts.ts';
import type { ZodNode } from './zod-node.ts';

/** More nodes than this count as a schema that transforms. It also ends schemas that grow while they are read. */
const MAX_NODES = 10_000;

/** Whether a part of `schema` transforms. A schema that cannot be read counts as one that does. */
export function transforms(schema: ZodNode): boolean {
    const seen = new Set<ZodNode>([schema]);
    try {
        for (const node of seen) {
            const { type } = node._zod.def;
            if (type === 'pipe' || type === 'transform' || seen.size > MAX_NODES) {
                return true;
            }
            // A set goes on with what is added while it is walked.
            partsOf(node).forEach((part) => seen.add(part));
        }
        return false;
    } catch {
        return true;
    }
}
