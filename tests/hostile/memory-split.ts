// A text that is split into more pieces than V8 has room for.
// outcome: succeeded | stopped heap_limit_exceeded
// limits: cpu=5s heap=256MiB
// peak: 1700MB
// returns: "RangeError"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        try {
            'x'.repeat(2 ** 26 + 1).split('');
            return 'made';
        } catch (error: any) {
            return error.name;
        }
    },
});
