// Objects that a format of the console asks for a text of half a gigabyte.
// outcome: succeeded | stopped heap_limit_exceeded | stopped cpu_limit_exceeded
// limits: cpu=5s heap=128MiB
// peak: 1700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const huge = { toString: () => 'x'.repeat(2 ** 29 - 30), toJSON: () => 'x'.repeat(2 ** 27) };
        for (const directive of ['%s', '%d', '%i', '%f', '%j']) console.log(directive, huge);
    },
});
