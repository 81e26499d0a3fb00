// Classes without end.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) (class { a = 1; static b = 2; #c = 3; });
    },
});
