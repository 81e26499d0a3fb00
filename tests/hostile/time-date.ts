// Dates as text.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        for (;;) new Date().toLocaleString('ja', { timeZone: 'Asia/Tokyo' });
    },
});
