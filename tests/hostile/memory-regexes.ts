// Regular expressions.
// outcome: stopped heap_limit_exceeded | stopped cpu_limit_exceeded
// limits: cpu=1s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const all: unknown[] = [];
        for (let i = 0; ; i++) { const r = new RegExp('a' + i); r.test('a'); all.push(r); }
    },
});
