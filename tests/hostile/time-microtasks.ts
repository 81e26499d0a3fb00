// Microtasks that make microtasks.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const again = (): void => { Promise.resolve().then(again); };
        again();
        await new Promise(() => undefined);
    },
});
