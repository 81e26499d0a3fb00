// A proxy as array.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const list = new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 32 : 1) });
        for (;;) [].concat(list as any);
    },
});
