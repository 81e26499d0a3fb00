// A weak map whose keys are kept.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const all = new WeakMap();
        const keep: object[] = [];
        for (;;) { const k = {}; keep.push(k); all.set(k, new Array(100)); }
    },
});
