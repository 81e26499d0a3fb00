// Closures that hold closures.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        let f: any = () => 0;
        for (;;) { const g = f; const data = new Array(100).fill(0); f = () => [g, data]; }
    },
});
