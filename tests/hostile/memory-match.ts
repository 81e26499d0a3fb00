// A text with more matches than V8 has room for.
// outcome: stopped heap_limit_exceeded | stopped cpu_limit_exceeded | failed script_internal_error
// limits: cpu=3s heap=300MiB
// peak: 2000MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        'a'.repeat(2 ** 28).match(/a/g);
    },
});
