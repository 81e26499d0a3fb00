// A buffer that grows past its budget.
// outcome: succeeded
// limits: cpu=3s
// returns: "RangeError"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        try {
            new (ArrayBuffer as any)(1, { maxByteLength: 2 ** 30 });
            return 'made';
        } catch (error: any) {
            return error.name;
        }
    },
});
