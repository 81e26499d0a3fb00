// A loop where the stack is read.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const error = new Error('x');
        Object.defineProperty(error, 'stack', { get() { for (;;); } });
        throw error;
    },
});
