// The same by `queueMicrotask`.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const again = (): void => queueMicrotask(again);
        again();
        await new Promise(() => undefined);
    },
});
