// What it returns is a thenable whose `then` never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        return { then() { for (;;); } };
    },
});
