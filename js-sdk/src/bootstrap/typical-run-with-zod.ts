// Evaluated while the snapshot with zod is baked.
//
// zod is imported last: while V8 links a module, deno_core makes one such as this only after all others.
import { runTypically } from './typical.ts';

import * as z from 'onevent:zod';

const Nested = z.object({
    text: z.string().min(1),
    whole: z.number().int().nullable(),
    list: z.array(z.object({ flag: z.boolean() })).default([]),
    choice: z.enum(['one', 'two']),
    either: z.union([z.string(), z.number()]),
    rest: z.record(z.string(), z.unknown()),
});
Nested.safeParse({ text: 'one', whole: 1, list: [{ flag: true }], choice: 'one', either: 1, rest: {} });
Nested.safeParse({ text: '', whole: 0.5, list: [{}], choice: 'three', either: null });

void runTypically({
    metadata: z.object({ organizationId: z.string().optional(), webhookId: z.string().optional() }),
} as never);
