// Pairs of a widened JSON Schema and the JSON form of a value that zod accepts: the other side must accept each.
import fc from 'fast-check';
import * as z from 'zod';

import { toJSONText } from '../../src/json/well-formed.ts';
import { toWidenedJSONSchema } from '../../src/schema/json-schema.ts';
import { anyNode } from './composites.ts';

export interface Case {
    /** The widened JSON Schema, as JSON text. */
    schema: string;
    /** What zod itself makes of the schema, or `null`: it shows that the widening is needed. */
    plain: string;
    /** A value that zod accepts, as JSON text. */
    value: string;
}

/** Of each schema, this many values are tried. */
export const VALUES_PER_SCHEMA = 4;
/** Schemas that are in memory at once. */
const BATCH = 1_000;

const sample = anyNode().chain(({ schema, values }) =>
    fc.tuple(fc.constant(schema), fc.array(values, { minLength: VALUES_PER_SCHEMA, maxLength: VALUES_PER_SCHEMA })),
);

function attempt<T>(work: () => T): T | undefined {
    try {
        return work();
    } catch {
        // A value that JSON cannot write, a check that throws, sides of an intersection that cannot be merged.
        return undefined;
    }
}

function casesOf(schema: z.ZodType, values: unknown[]): Case[] {
    const widened = toJSONText(toWidenedJSONSchema(schema)) as string;
    const plain = attempt(() => toJSONText(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))) ?? 'null';
    const cases: Case[] = [];
    for (const value of values) {
        // Before zod sees it: a check may change what it is given.
        const text = attempt(() => toJSONText(value));
        if (text !== undefined && attempt(() => schema.safeParse(value).success) === true) {
            cases.push({ schema: widened, plain, value: text });
        }
    }
    return cases;
}

/** The cases of `count` schemas from `seed`: the same arguments give the same cases. */
export function* corpus(count: number, seed: number): Generator<Case> {
    for (let done = 0; done < count; done += BATCH) {
        // Seeds of batches lie apart, so that neighbouring seeds share none; a seed has 32 bits.
        const batchSeed = (Math.imul(seed % 0x7fff_ffff, 100_003) + done) | 0;
        const batch = fc.sample(sample, { numRuns: Math.min(BATCH, count - done), seed: batchSeed });
        for (const [schema, values] of batch) {
            yield* casesOf(schema, values);
        }
    }
}
