// Big integers.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const all: bigint[] = [];
        for (let i = 0n; ; i++) all.push((1n << 100_000n) + i);
    },
});
