// Call sites give functions and receivers.
// outcome: succeeded
// limits: cpu=2s
// returns: {"seen":[],"control":true}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const seen: string[] = [];
        let own = 0;
        Error.prepareStackTrace = (_: unknown, sites: any[]) => {
            for (const site of sites) {
                const f = site.getFunction?.();
                own++;
                const self = site.getThis?.();
                if (typeof f === 'function' && /op_|core|bootstrap/.test(f.name)) seen.push(f.name);
                if (self && typeof self === 'object' && ('ops' in self || 'core' in self)) seen.push('this');
            }
            return '';
        };
        for (const work of [() => nango.getMetadata(), () => nango.get({ endpoint: '/x', params: { get a() { return new Error('x').stack; } } }), () => nango.log({ get a() { return new Error('x').stack; } })]) {
            try {
                await work();
            } catch {}
        }
        void new Error('x').stack;
        return { seen, control: own > 0 };
    },
});
