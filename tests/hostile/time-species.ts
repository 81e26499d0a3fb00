// `Symbol.species` that never ends.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        class List extends Array { static get [Symbol.species](): any { for (;;); } }
        return new List(3).map(String);
    },
});
