// Line ends in headers and paths.
// outcome: succeeded
// limits: cpu=2s
// returns: {"injected":0,"control":1}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any, input: any) => {
        for (const bad of ['a\r\nX-Injected: 1', 'a\nX-Injected: 1', 'a\0b']) {
            await nango.get({ endpoint: '/x', headers: { 'x-a': bad } }).catch(() => undefined);
            await nango.get({ endpoint: '/' + bad }).catch(() => undefined);
            await nango.get({ endpoint: '/x', params: { a: bad } }).catch(() => undefined);
            await fetch(input.provider, { headers: { 'x-a': bad } }).catch(() => undefined);
        }
        const { data } = await nango.get({ endpoint: '/injected' });
        await nango.get({ endpoint: '/x', headers: { 'x-injected': 'by right' } });
        const after = await nango.get({ endpoint: '/injected' });
        return { injected: data.injected, control: after.data.injected - data.injected };
    },
});
