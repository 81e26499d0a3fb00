// A made-up error of axios with many long headers.
// outcome: failed script_http_error
// limits: cpu=3s heap=128MiB
// report: 17MB
// peak: 1200MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const headers = Object.fromEntries(Array.from({ length: 300 }, (_, i) => ['x-rate-' + i, 'v'.repeat(50_000)]));
        throw { isAxiosError: true, message: 'x', response: { status: 500, headers, data: 'd'.repeat(1_000_000) } };
    },
});
