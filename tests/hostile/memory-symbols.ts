// Registered symbols.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const keep: unknown[] = [];
        for (let i = 0; ; i++) keep.push(Symbol.for('s' + i));
    },
});
