// Formatters without end.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) new Intl.DateTimeFormat('de').format(new Date());
    },
});
