// The same by runs that come one after another, in an isolate that may be kept.
// outcome: succeeded
// limits: cpu=2s
// returns: [[0,7],[0,7],[0,7]]
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any, input: any) => {
        const owners: any[] = [globalThis, Object.prototype, Array.prototype, Promise.prototype, Function.prototype, JSON, Math];
        if (input.pollutes) {
            const left = (): number => owners.filter((owner) => Object.hasOwn(owner, 'left')).length;
            const before = left();
            for (const owner of owners) owner.left = 1;
            return [before, left()];
        }
        const all: unknown[] = [];
        for (let i = 0; i < 3; i++) all.push(await nango.triggerAction('hubspot', nango.connectionId, 'escape-pollution-next', { pollutes: true }));
        return all;
    },
});
