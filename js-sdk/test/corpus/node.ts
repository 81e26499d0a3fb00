// A schema with values that it mostly accepts.
import fc from 'fast-check';
import * as z from 'zod';

export interface Node {
    schema: z.ZodType;
    /** Near-valid values: most are accepted, some are just outside. */
    values: fc.Arbitrary<unknown>;
}

export type NodeArbitrary = fc.Arbitrary<Node>;

export function node(schema: z.ZodType, ...values: (fc.Arbitrary<unknown> | unknown)[]): NodeArbitrary {
    return fc.constant(nodeOf(schema, ...values));
}

export function nodeOf(schema: z.ZodType, ...values: (fc.Arbitrary<unknown> | unknown)[]): Node {
    const arbitraries = values.map((value) => (value instanceof fc.Arbitrary ? value : fc.constant(value)));
    return { schema, values: fc.oneof(...arbitraries) };
}
