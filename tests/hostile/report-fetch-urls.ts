// The same by `fetch`.
// outcome: succeeded | stopped cpu_limit_exceeded
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (_: any, input: any) => {
        for (let i = 0; i < 40; i++) await fetch(input.provider + '/' + 'x'.repeat(1_000_000) + i).catch(() => undefined);
        return 'done';
    },
});
