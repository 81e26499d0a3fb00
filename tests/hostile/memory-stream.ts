// A stream that is filled and not read.
// outcome: stopped heap_limit_exceeded | stopped cpu_limit_exceeded
// limits: cpu=5s heap=32MiB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const stream = new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1_000_000)); } }, { highWaterMark: 1e9 });
        const reader = stream.getReader();
        void reader;
        await new Promise((resolve) => setTimeout(resolve, 60_000));
    },
});
