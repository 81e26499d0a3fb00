// A switch whose cases never end.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (let x = 0; ; x = (x + 1) % 3) switch (x) { case 0: case 1: default: }
    },
});
