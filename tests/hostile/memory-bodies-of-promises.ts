// Bodies that are kept by who listens to promises.
// outcome: stopped heap_limit_exceeded | failed script_internal_error
// limits: cpu=5s heap=64MiB
// peak: 700MB
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (_: any, input: any) => {
        const keep: unknown[] = [];
        const { then } = Promise.prototype;
        Promise.prototype.then = function (this: any, done: any, failed: any) {
            return Reflect.apply(then, this, [(value: any) => { keep.push(value); return done?.(value); }, failed]);
        } as any;
        for (let i = 0; i < 100; i++) keep.push(await (await fetch(input.provider + '/big')).arrayBuffer());
        return keep.length;
    },
});
