// A list that is said to be long.
// outcome: succeeded
// limits: cpu=3s
// returns: 4294967295
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const list: any[] = [];
        list.length = 2 ** 32 - 1;
        list[2 ** 32 - 2] = 1;
        return list.length;
    },
});
