// `Function.prototype.call`, `apply` and `bind` are replaced: no op becomes reachable.
// outcome: succeeded
// limits: cpu=2s
// returns: {"seen":[],"answered":true}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any, input: any) => {
        const seen: string[] = [];
        const { call, apply, bind } = Function.prototype;
        const { apply: run } = Reflect;
        const note = (f: unknown) => {
            if (typeof f === 'function' && /^(op_|async_op|opCall)/.test(f.name)) seen[seen.length] = f.name;
        };
        Function.prototype.call = function (this: any, ...all: any[]) { note(this); all.forEach(note); return run(call, this, all); } as any;
        Function.prototype.apply = function (this: any, ...all: any[]) { note(this); all.forEach(note); return run(apply, this, all); } as any;
        Function.prototype.bind = function (this: any, ...all: any[]) { note(this); all.forEach(note); return run(bind, this, all); } as any;
        const works = [() => nango.getMetadata(), () => nango.getConnection(), () => nango.get({ endpoint: '/x' }), () => nango.uncontrolledFetch({ url: new URL(input.provider) }), () => nango.tryAcquireLock({ key: 'a', ttlMs: 1000 }), () => nango.getEnvironmentVariables(), () => nango.getIntegration(), () => nango.setMetadata({ a: 1 }), () => fetch(input.provider), () => nango.releaseAllLocks(), () => nango.triggerAction('hubspot', nango.connectionId, 'fine', {})];
        let answered = 0;
        for (const work of works) {
            try {
                await work();
                answered++;
            } catch {}
        }
        console.log('x', { a: 1 });
        crypto.randomUUID();
        structuredClone({ a: 1 });
        new TextDecoder().decode(new TextEncoder().encode('a'));
        atob(btoa('a'));
        performance.now();
        Function.prototype.call = call;
        Function.prototype.apply = apply;
        Function.prototype.bind = bind;
        return { seen, answered: answered > 5 };
    },
});
