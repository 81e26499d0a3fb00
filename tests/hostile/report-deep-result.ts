// A result that is nested 100,000 deep.
// outcome: failed script_internal_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        let value: any = 1;
        for (let i = 0; i < 100_000; i++) value = [value];
        return value;
    },
});
