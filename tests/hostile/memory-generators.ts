// Generators.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        function* one() { yield new Array(100); }
        const all: unknown[] = [];
        for (;;) { const g = one(); g.next(); all.push(g); }
    },
});
