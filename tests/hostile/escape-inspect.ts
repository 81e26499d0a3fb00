// Custom inspection is handed internal functions.
// outcome: succeeded
// limits: cpu=2s
// returns: {"seen":[],"control":true}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const seen: string[] = [];
        let looked = 0;
        const look = (...all: any[]) => {
            looked++;
            for (const one of all) if (one && (typeof one === 'function' ? /^op_/.test(one.name) : typeof one === 'object' && ('ops' in one || 'core' in one))) seen.push('found');
            return '';
        };
        for (const name of ['Deno.customInspect', 'Deno.privateCustomInspect', 'nodejs.util.inspect.custom']) console.log({ [Symbol.for(name)]: look });
        console.log(new Proxy({}, { get: (_, key, receiver) => look(key, receiver) }));
        return { seen, control: looked > 0 };
    },
});
