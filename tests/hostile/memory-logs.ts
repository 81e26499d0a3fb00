// Log lines without end.
// outcome: stopped cpu_limit_exceeded | succeeded
// report: 9MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        for (let i = 0; i < 200_000; i++) await nango.log('x'.repeat(1000) + i);
    },
});
