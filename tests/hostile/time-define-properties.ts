// Properties without end.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const o: any = {};
        for (let i = 0; ; i = (i + 1) % 1000) Object.defineProperty(o, 'p' + i, { value: i, configurable: true });
    },
});
