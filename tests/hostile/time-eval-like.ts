// Functions that make functions, from nothing that is text.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const make = (n: number): any => () => make(n + 1);
        let f = make(0);
        for (;;) f = f();
    },
});
