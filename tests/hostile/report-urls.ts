// Requests with endpoints of 1 MB.
// outcome: succeeded | stopped cpu_limit_exceeded
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        for (let i = 0; i < 40; i++) await nango.get({ endpoint: '/' + 'x'.repeat(1_000_000) + i }).catch(() => undefined);
        return 'done';
    },
});
