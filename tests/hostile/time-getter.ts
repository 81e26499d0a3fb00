// A loop in a getter that is read for the report.
// outcome: stopped cpu_limit_exceeded
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        throw { get message() { for (;;); }, get code() { for (;;); } };
    },
});
