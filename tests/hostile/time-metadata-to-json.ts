// Metadata whose `toJSON` never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        await nango.setMetadata({ a: { toJSON() { for (;;); } } } as any);
    },
});
