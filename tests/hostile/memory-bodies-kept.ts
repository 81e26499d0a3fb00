// Bodies that are kept by a replaced `slice`.
// outcome: stopped heap_limit_exceeded | succeeded
// limits: cpu=5s heap=64MiB
// peak: 700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (_: any, input: any) => {
        const keep: unknown[] = [];
        const typed = Object.getPrototypeOf(Uint8Array).prototype;
        Object.defineProperty(typed, 'slice', { configurable: true, writable: true, value(this: unknown) { keep.push(this); return new Uint8Array(1); } });
        for (let i = 0; i < 100; i++) await fetch(input.provider + '/big');
        return keep.length;
    },
});
