// Another one.
// outcome: succeeded
// limits: cpu=3s
// returns: "RangeError"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        try {
            Array.prototype.toReversed.call({ length: 2 ** 32 - 2 });
            return 'made';
        } catch (error: any) {
            return error.name;
        }
    },
});
