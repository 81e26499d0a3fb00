// 5,000 rejected promises with long texts.
// outcome: succeeded | stopped cpu_limit_exceeded | stopped heap_limit_exceeded
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (let i = 0; i < 5000; i++) Promise.reject(new Error('x'.repeat(50_000) + i));
        await new Promise((resolve) => setTimeout(resolve, 10));
        return 'done';
    },
});
