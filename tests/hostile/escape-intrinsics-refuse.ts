// Every method of every intrinsic throws: a run ends as it should all the same.
// outcome: rejected action_script_runtime_error
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const { ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
        const owners = [Object, Array, String, Number, JSON, Map.prototype, Set.prototype, Array.prototype, String.prototype, RegExp.prototype, Date, Number.prototype] as object[];
        for (let i = 0; i < owners.length; i++) {
            const owner = owners[i]!;
            const keys = ownKeys(owner);
            for (let j = 0; j < keys.length; j++) {
                const key = keys[j]!;
                const descriptor = getOwnPropertyDescriptor(owner, key);
                if (typeof descriptor?.value !== 'function' || key === 'constructor' || !descriptor.configurable) continue;
                defineProperty(owner, key, { ...descriptor, value: () => { throw new Error('replaced'); } });
            }
        }
        throw new nango.ActionError('as it should');
    },
});
