// A getter in what is logged.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        await nango.log('x', { get a() { for (;;); } });
    },
});
