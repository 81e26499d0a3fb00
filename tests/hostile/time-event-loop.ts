// Events that dispatch events.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const target = new EventTarget();
        target.addEventListener('x', () => queueMicrotask(() => target.dispatchEvent(new Event('x'))));
        target.dispatchEvent(new Event('x'));
        await new Promise(() => undefined);
    },
});
