// Listeners.
// outcome: stopped heap_limit_exceeded
// limits: cpu=5s heap=32MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const target = new EventTarget();
        for (let i = 0; ; i++) target.addEventListener('x' + i, () => i);
    },
});
