// Another one.
// outcome: succeeded
// limits: cpu=3s
// returns: "RangeError"
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        try {
            'x'.padStart(2 ** 30);
            return 'made';
        } catch (error: any) {
            return error.name;
        }
    },
});
