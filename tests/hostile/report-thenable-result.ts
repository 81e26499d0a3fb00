// A thenable as result.
// outcome: succeeded
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        return { then(resolve: any) { resolve('then'); } };
    },
});
