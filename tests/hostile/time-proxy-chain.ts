// A chain of ten thousand proxies.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        let value: any = {};
        for (let i = 0; i < 10_000; i++) value = new Proxy(value, {});
        for (;;) try { value.x; } catch {}
    },
});
