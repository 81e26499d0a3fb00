// Timers that make two timers each.
// outcome: stopped cpu_limit_exceeded | stopped heap_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const more = (): void => { setTimeout(more, 0); setTimeout(more, 0); };
        more();
        await new Promise(() => setInterval(() => undefined, 1000));
    },
});
