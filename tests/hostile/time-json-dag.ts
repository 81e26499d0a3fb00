// The text of a value that has 2^40 leaves.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        let value: any = 1;
        for (let i = 0; i < 40; i++) value = [value, value];
        JSON.stringify(value);
    },
});
