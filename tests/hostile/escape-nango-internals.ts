// Members of `nango` that Nango hides.
// outcome: succeeded
// limits: cpu=2s
// returns: {"found":[],"control":"function"}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const found: string[] = [];
        for (const name of ['nango', 'httpsAgent', 'apiKey', 'secretKey', 'serverUrl', 'dryRun', '__proto__', 'constructor']) {
            try {
                const value = (nango as any)[name];
                if (typeof value === 'object' && value !== null || typeof value === 'string' && /secret|key/i.test(value)) found.push(name);
            } catch {}
        }
        return { found, control: typeof nango.get };
    },
});
