// Timers that are armed and kept.
// outcome: stopped heap_limit_exceeded | stopped cpu_limit_exceeded
// limits: cpu=2s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const keep = new Array(1000).fill(0);
        for (;;) setTimeout(() => keep, 1_000_000);
    },
});
