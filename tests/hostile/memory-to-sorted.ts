// A list that V8 cannot make.
// outcome: succeeded
// limits: cpu=3s
// returns: "RangeError"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        try {
            Array.prototype.toSorted.call({ length: 2 ** 32 - 2 });
            return 'made';
        } catch (error: any) {
            return error.name;
        }
    },
});
