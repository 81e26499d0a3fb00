// A date that is a million brackets.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const text = 'Jan 1 2000 ' + '('.repeat(1e6);
        for (;;) Date.parse(text);
    },
});
