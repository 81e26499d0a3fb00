// A tag that never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const tag = (..._: unknown[]): string => { for (;;); };
        return tag`a${1}`;
    },
});
