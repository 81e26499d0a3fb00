// Thenables that give thenables.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const next = (): any => ({ then(resolve: any) { resolve(next()); } });
        return next();
    },
});
