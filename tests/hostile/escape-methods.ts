// Methods that nobody may send, by every way.
// outcome: succeeded
// limits: cpu=2s
// returns: {"found":[],"status":200}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any, input: any) => {
        const found: string[] = [];
        for (const method of ['TRACE', 'CONNECT', 'TRACK', 'DEBUG', 'PRI', 'GET\r\nX: y', 'G ET', '']) {
            try {
                await nango.proxy({ endpoint: '/echo', method: method as any });
                if (method !== '') found.push(method);
            } catch {}
            try {
                await fetch(input.provider + '/echo', { method });
                if (method !== '') found.push('fetch ' + method);
            } catch {}
        }
        const { status } = await nango.proxy({ endpoint: '/echo', method: 'PATCH' });
        return { found, status };
    },
});
