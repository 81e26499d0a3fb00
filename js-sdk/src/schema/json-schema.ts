// From a zod schema to the JSON Schema that the engine checks beside zod.
//
// zod itself is the whole truth, and checks in the isolate. This schema is the floor under it, which a function cannot
// step over. It must accept the JSON form of every value that zod accepts: of objects, lists and the values that a
// schema names. A class of the author's own, or an object with a `toJSON`, is checked in the form it is stored in.
import type { ZodType } from 'zod';

import { openIntersections } from './intersections.ts';
import { inlineReferences } from './references.ts';
import { transforms } from './transforms.ts';
import { trim } from './trim.ts';
import { widen } from './widen.ts';
import type { JSONSchema, ZodNode } from './zod-node.ts';
import { zod } from './zod.ts';

/** Which values a schema speaks of: what is parsed with it, or what parsing gives, which an action returns. */
export type SchemaSide = 'input' | 'output';

/**
 * A JSON Schema that accepts everything that `schema` accepts; `{}` where nothing narrower can be said.
 *
 * The two sides of a schema differ only where it transforms. Such an output is left to zod.
 */
export function toWidenedJSONSchema(schema: ZodType, side: SchemaSide = 'input'): JSONSchema {
    if (side === 'output' && transforms(schema as unknown as ZodNode)) {
        return {};
    }
    try {
        const { registry, toJSONSchema } = zod();
        const json = toJSONSchema(schema, {
            io: 'input',
            unrepresentable: 'any',
            target: 'draft-2020-12',
            // Shared parts are said once: inlined, they could double at every level.
            reused: 'ref',
            // An empty one: titles, examples and ids of authors are not for machines.
            metadata: registry(),
            override: ({ zodSchema, jsonSchema }) => widen(zodSchema as unknown as ZodNode, jsonSchema as JSONSchema),
        });
        return trim(openIntersections(inlineReferences(json as JSONSchema)) as JSONSchema);
    } catch {
        // A default that JSON cannot hold, a lazy schema that throws, one that is nested too deeply: zod still checks.
        return {};
    }
}
