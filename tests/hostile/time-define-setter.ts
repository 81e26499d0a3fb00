// A setter on every object.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        Object.defineProperty(Object.prototype, 'data', { set() { for (;;); }, get() { for (;;); }, configurable: true });
        const o: any = {};
        o.data = 1;
    },
});
