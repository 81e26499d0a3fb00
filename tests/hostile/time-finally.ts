// And begins again in `finally`.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const again = (): void => {
            try {
                for (;;);
            } finally {
                again();
            }
        };
        again();
    },
});
