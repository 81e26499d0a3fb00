// Headers whose values never end.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        await nango.get({ endpoint: '/x', headers: { get a() { for (;;); } } } as any);
    },
});
