// `Symbol.hasInstance` that never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const x: any = class { static [Symbol.hasInstance]() { for (;;); } };
        return {} instanceof x;
    },
});
