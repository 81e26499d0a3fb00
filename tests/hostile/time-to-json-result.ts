// What it returns has a `toJSON` that never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        return { toJSON() { for (;;); } };
    },
});
