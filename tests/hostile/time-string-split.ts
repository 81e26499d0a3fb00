// Another one.
// outcome: stopped cpu_limit_exceeded
// thread: lost
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) 'a'.repeat(1e6).split('a'.repeat(3e5) + 'b');
    },
});
