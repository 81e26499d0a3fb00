// URLs.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const all: unknown[] = [];
        for (let i = 0; ; i++) all.push(new URL('https://a.example/' + 'x'.repeat(1000) + i));
    },
});
