// An inspection that never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        console.log({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;); }, get a() { for (;;); } });
        for (;;);
    },
});
