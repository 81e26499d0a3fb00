// Structured clones.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const all: unknown[] = [];
        const value = new Uint8Array(1_000_000);
        for (;;) all.push(structuredClone(value));
    },
});
