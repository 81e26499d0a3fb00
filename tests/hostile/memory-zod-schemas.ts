// Schemas.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';
import { z } from 'zod';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const all: unknown[] = [];
        for (;;) all.push(z.object({ a: z.string(), b: z.array(z.number()) }));
    },
});
