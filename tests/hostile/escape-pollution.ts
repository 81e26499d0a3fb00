// Nothing is found of what another run left on the language's prototypes.
// outcome: succeeded
// limits: cpu=2s
// returns: {"found":0,"control":5}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any, input: any) => {
        const owners: any[] = [globalThis, Object.prototype, Array.prototype, Promise.prototype, nango];
        const found = (): number => owners.filter((owner) => Object.hasOwn(owner, 'left')).length;
        if (input.pollutes) {
            for (const owner of owners) owner.left = 1;
            return found();
        }
        const control = await nango.triggerAction('hubspot', nango.connectionId, 'escape-pollution', { pollutes: true });
        return { found: found(), control };
    },
});
