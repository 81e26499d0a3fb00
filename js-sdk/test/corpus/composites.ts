// Schemas made of other schemas.
import fc from 'fast-check';
import * as z from 'zod';

import { type Node, node, type NodeArbitrary, nodeOf } from './node.ts';
import { scalar, text } from './scalars.ts';

const key = fc.constantFrom('a', 'b', 'c', 'id', '', 'toString', 'constructor', '__proto__', '\ufffd', '\ud800', '1');

type Entries = [string, Node][];

function objectValues(entries: Entries): fc.Arbitrary<unknown> {
    const fields = entries.map(([name, { values }]) => fc.tuple(fc.constant(name), fc.option(values, { nil: ABSENT, freq: 12 })));
    const unknown = fc.array(fc.tuple(key, fc.constantFrom<unknown>(1, 'x', null, undefined)), { maxLength: 1 });
    return fc.tuple(fc.tuple(...fields), unknown).map(([known, extra]) => {
        const object = {};
        for (const [name, value] of [...extra, ...known]) {
            if (value !== ABSENT) {
                setOwn(object, name, value);
            }
        }
        return object;
    });
}

const ABSENT = Symbol('absent');

function setOwn(object: object, name: string, value: unknown): void {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function shapeOf(entries: Entries): z.ZodRawShape {
    const shape = {};
    entries.forEach(([name, { schema }]) => setOwn(shape, name, schema));
    return shape as z.ZodRawShape;
}

/** An absent `__proto__` reads as Object.prototype; zod's `readonly` would freeze it for the whole process. */
const prototypeNode: Node = nodeOf(z.string().optional(), text, {});

function entriesOf(inner: NodeArbitrary): fc.Arbitrary<Entries> {
    const entry = fc
        .tuple(key, inner)
        .map(([name, field]): [string, Node] => [name, name === '__proto__' ? prototypeNode : field]);
    return fc.uniqueArray(entry, { maxLength: 4, selector: ([name]) => name });
}

function object(inner: NodeArbitrary): NodeArbitrary {
    const makers = fc.constantFrom(
        (shape: z.ZodRawShape) => z.object(shape),
        (shape: z.ZodRawShape) => z.strictObject(shape),
        (shape: z.ZodRawShape) => z.looseObject(shape),
        (shape: z.ZodRawShape) => z.object(shape).catchall(z.number()),
        (shape: z.ZodRawShape) => z.object(shape).catchall(z.string().optional()),
        (shape: z.ZodRawShape) => z.object(shape).partial(),
        (shape: z.ZodRawShape) => z.object(shape).refine(() => true),
        (shape: z.ZodRawShape) => z.object(shape).overwrite((value) => value),
    );
    return fc.tuple(makers, entriesOf(inner)).map(([make, entries]) => nodeOf(make(shapeOf(entries)), objectValues(entries)));
}

function wrapped(inner: NodeArbitrary): NodeArbitrary {
    const wrappers = fc.constantFrom<(schema: any) => z.ZodType>(
        (schema) => schema.optional(),
        (schema) => schema.exactOptional(),
        (schema) => schema.nullable(),
        (schema) => schema.nullish(),
        (schema) => schema.default('fallback'),
        (schema) => schema.default(1n),
        (schema) => schema.prefault('fallback'),
        (schema) => schema.catch('fallback'),
        (schema) => schema.catch((context: any) => context.issues.length),
        (schema) => schema.nonoptional(),
        (schema) => schema.optional().nonoptional(),
        (schema) => schema.brand('B'),
        (schema) => schema.describe('described'),
        (schema) => schema.meta({ id: 'named', pattern: '^never$', type: 'null' }),
        (schema) => schema.refine(() => true),
        (schema) => schema.transform(() => 5),
        (schema) => schema.transform(() => 5).pipe(z.number()),
        (schema) => schema.pipe(z.any()),
        (schema) => schema.transform(() => undefined).pipe(z.string().optional()),
        (schema) => z.preprocess((value) => value, schema),
        (schema) => z.codec(schema, z.any(), { decode: (value) => value, encode: (value) => value as never }),
        (schema) => z.lazy(() => schema),
        (schema) => schema.or(z.string()),
        (schema) => schema.overwrite((value: unknown) => value),
    );
    return fc.tuple(wrappers, inner).map(([wrap, { schema, values }]) =>
        nodeOf(wrap(schema), values, values, values, fc.constantFrom<unknown>(undefined, null, 'x')),
    );
}

function list(inner: NodeArbitrary): NodeArbitrary {
    const makers = fc.constantFrom<(schema: z.ZodType) => z.ZodType>(
        (schema) => z.array(schema),
        (schema) => z.array(schema).min(1).max(3),
        (schema) => z.array(schema).length(2),
        (schema) => z.array(schema).nonempty().readonly(),
        (schema) => z.array(schema).overwrite(() => []).max(0),
        (schema) => z.tuple([z.any()], schema),
    );
    return fc.tuple(makers, inner).map(([make, { schema, values }]) =>
        nodeOf(make(schema), fc.array(values, { maxLength: 4 }), fc.array(values, { minLength: 2, maxLength: 2 }), [, 1]),
    );
}

function tuple(inner: NodeArbitrary): NodeArbitrary {
    return fc.tuple(fc.array(inner, { minLength: 1, maxLength: 3 }), fc.option(inner)).map(([items, rest]) => {
        const schemas = items.map(({ schema }) => schema) as [z.ZodType, ...z.ZodType[]];
        const schema = rest === null ? z.tuple(schemas) : z.tuple(schemas, rest.schema);
        const all = fc.tuple(...items.map(({ values }) => values));
        const more = rest === null ? fc.constant([]) : fc.array(rest.values, { maxLength: 2 });
        const whole = fc.tuple(all, more).map(([head, tail]) => [...head, ...tail]);
        return nodeOf(schema, whole, whole, whole.map((values) => values.slice(0, -1)));
    });
}

function record(inner: NodeArbitrary): NodeArbitrary {
    const makers = fc.constantFrom<(schema: z.ZodType) => z.ZodType>(
        (schema) => z.record(z.string(), schema),
        (schema) => z.record(z.string().regex(/^[a-z]*$/), schema),
        (schema) => z.record(z.string().toLowerCase(), schema),
        (schema) => z.record(z.enum(['a', 'b']), schema),
        (schema) => z.partialRecord(z.enum(['a', 'b']), schema),
        (schema) => z.looseRecord(z.string().startsWith('a'), schema),
        (schema) => z.record(z.number(), schema),
        (schema) => z.record(z.union([z.literal(1), z.string()]), schema),
        (schema) => z.record(z.string().transform((name) => `${name}x`), schema),
    );
    const entries = (values: fc.Arbitrary<unknown>) =>
        fc.array(fc.tuple(key, values), { maxLength: 3 }).map((pairs) => {
            const made = {};
            pairs.forEach(([name, value]) => setOwn(made, name, value));
            return made;
        });
    return fc.tuple(makers, inner).map(([make, { schema, values }]) =>
        nodeOf(make(schema), entries(values), fc.record({ a: values, b: values })),
    );
}

function choice(inner: NodeArbitrary): NodeArbitrary {
    const makers = fc.constantFrom(
        (options: [z.ZodType, ...z.ZodType[]]): z.ZodType => z.union(options),
        (options: [z.ZodType, ...z.ZodType[]]): z.ZodType => z.xor(options),
    );
    return fc.tuple(makers, fc.array(inner, { minLength: 1, maxLength: 3 })).map(([make, nodes]) =>
        nodeOf(make(nodes.map(({ schema }) => schema) as [z.ZodType, ...z.ZodType[]]), ...nodes.map(({ values }) => values)),
    );
}

function discriminated(inner: NodeArbitrary): NodeArbitrary {
    return fc.tuple(inner, inner, fc.boolean()).map(([first, second, unionFallback]) => {
        const options = [
            z.object({ kind: z.literal('first'), value: first.schema }),
            z.strictObject({ kind: z.enum(['second', 'third']).optional(), value: second.schema }),
        ] as const;
        return nodeOf(
            z.discriminatedUnion('kind', options, { unionFallback }),
            fc.record({ kind: fc.constant('first'), value: first.values }),
            fc.record({ kind: fc.constantFrom('second', undefined), value: second.values }),
            fc.record({ value: second.values }),
        );
    });
}

function intersection(inner: NodeArbitrary): NodeArbitrary {
    const merge = (values: [unknown, unknown]) => Object.assign({}, ...values) as unknown;
    const both = fc.tuple(object(inner), object(inner)).map(([left, right]) =>
        nodeOf(z.intersection(left.schema, right.schema), fc.tuple(left.values, right.values).map(merge)),
    );
    const nested = inner.map(({ schema, values }) =>
        nodeOf(
            z.intersection(
                z.object({ in: z.strictObject({ a: schema }) }),
                z.object({ in: z.looseObject({ b: z.number() }) }),
            ),
            values.map((a) => ({ in: { a, b: 1 } })),
        ),
    );
    const same = inner.map(({ schema, values }) => nodeOf(z.intersection(schema, z.any()), values));
    return fc.oneof(both, nested, same);
}

function reused(inner: NodeArbitrary): NodeArbitrary {
    return inner.map(({ schema, values }) =>
        nodeOf(
            z.object({ once: schema, twice: schema.optional(), list: z.array(schema), more: z.object({ deep: schema }) }),
            fc.record({ once: values, list: fc.array(values, { maxLength: 2 }), more: fc.record({ deep: values }) }),
        ),
    );
}

function recursive(inner: NodeArbitrary): NodeArbitrary {
    return inner.map(({ schema, values }) => {
        const tree: z.ZodType = z.strictObject({
            value: schema,
            get next() {
                return tree.optional();
            },
            get children() {
                return z.array(tree);
            },
        });
        const leaf = values.map((value) => ({ value, children: [] as unknown[] }));
        return nodeOf(
            tree,
            fc.tuple(leaf, leaf, leaf).map(([root, child, next]) => ({ ...root, children: [child], next })),
        );
    });
}

function collections(inner: NodeArbitrary): NodeArbitrary {
    return inner.map(({ schema, values }) =>
        nodeOf(
            z.object({ set: z.set(schema).optional(), map: z.map(z.string(), schema).optional() }),
            fc.array(values, { maxLength: 2 }).map((items) => ({ set: new Set(items) })),
            values.map((value) => ({ map: new Map([['a', value]]) })),
        ),
    );
}

const selfReference: z.ZodType = z.lazy(() => selfReference.optional());

/** Schemas up to a few levels deep. */
export function anyNode(depth = 3): NodeArbitrary {
    if (depth === 0) {
        return scalar;
    }
    const inner = anyNode(depth - 1);
    return fc.oneof(
        { arbitrary: scalar, weight: depth === 3 ? 2 : 5 },
        { arbitrary: object(inner), weight: 6 },
        { arbitrary: wrapped(inner), weight: 4 },
        { arbitrary: list(inner), weight: 2 },
        { arbitrary: tuple(inner), weight: 2 },
        { arbitrary: record(inner), weight: 2 },
        { arbitrary: choice(inner), weight: 2 },
        { arbitrary: discriminated(inner), weight: 1 },
        { arbitrary: intersection(inner), weight: 2 },
        { arbitrary: reused(inner), weight: 1 },
        { arbitrary: recursive(inner), weight: 1 },
        { arbitrary: collections(inner), weight: 1 },
        { arbitrary: node(z.object({ self: selfReference, text: z.string() }), { text: 'x' }, text), weight: 1 },
    );
}
