// Every method of every intrinsic is replaced before the SDK is used: none is handed an op, and the answers stay right.
// outcome: succeeded
// limits: cpu=2s
// returns: {"seen":[],"replaced":true,"answered":"object","metadata":{"a":1}}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const seen: string[] = [];
        const { apply, ownKeys, getOwnPropertyDescriptor, defineProperty, getPrototypeOf } = Reflect;
        const test = RegExp.prototype.test;
        const pattern = /^(op_|async_op|opCall)/;
        let inside = false;
        const note = (value: unknown): void => {
            if (typeof value !== 'function' || inside) return;
            inside = true;
            const name = getOwnPropertyDescriptor(value, 'name')?.value;
            if (typeof name === 'string' && apply(test, pattern, [name])) seen[seen.length] = name;
            inside = false;
        };
        const owners: object[] = [Object, Function, Array, String, Number, Boolean, Symbol, Promise, Map, Set, WeakMap, WeakSet, RegExp, Date, Error, TypeError, JSON, Math, Reflect, Proxy, BigInt, ArrayBuffer, DataView, Uint8Array, getPrototypeOf(Uint8Array) as object, getPrototypeOf(getPrototypeOf([][Symbol.iterator]()) as object) as object];
        for (const owner of [...owners]) if (typeof owner === 'function' && (owner as any).prototype) owners.push((owner as any).prototype);
        let replaced = 0;
        for (const owner of owners) {
            for (const key of ownKeys(owner)) {
                const descriptor = getOwnPropertyDescriptor(owner, key);
                const method = descriptor?.value;
                if (typeof method !== 'function' || key === 'constructor' || !descriptor?.configurable) continue;
                if (owner === Promise.prototype && key === 'then') continue;
                const spy = function (this: any, ...all: any[]) {
                    note(this);
                    for (let i = 0; i < all.length; i++) note(all[i]);
                    return new.target ? new method(...all) : apply(method, this, all);
                };
                try {
                    defineProperty(owner, key, { ...descriptor, value: spy });
                    replaced++;
                } catch {}
            }
        }
        const { data } = await nango.get({ endpoint: '/echo', params: { a: 1 } });
        await nango.setMetadata({ a: 1 });
        const metadata = await nango.getMetadata();
        await nango.log('x', { a: [1] });
        return { seen, replaced: replaced > 300, answered: typeof data, metadata };
    },
});
