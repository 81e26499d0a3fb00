// Options on `Object.prototype` are nobody's.
// outcome: succeeded
// limits: cpu=2s
// returns: {"method":"GET","query":"","lock":"refused","control":"own=1"}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (nango: any) => {
        const inherited: any = { baseUrlOverride: 'http://127.0.0.1:1', method: 'DELETE', retries: 9, connectionId: 'other', providerConfigKey: 'other', headers: { x: 'y' }, ttlMs: 5, params: { evil: 1 } };
        for (const [key, value] of Object.entries(inherited)) Object.defineProperty(Object.prototype, key, { value, configurable: true, writable: true });
        let answer: any;
        let lock = 'given';
        try {
            answer = await nango.get({ endpoint: '/echo' });
            await nango.tryAcquireLock({ key: 'a' } as any);
        } catch (error: any) {
            lock = String(error.message).includes('ttlMs') ? 'refused' : String(error.message);
        } finally {
            for (const key of Object.keys(inherited)) delete (Object.prototype as any)[key];
        }
        const { data } = await nango.get({ endpoint: '/echo', params: { own: 1 } });
        return { method: answer?.data.method, query: answer?.data.query, lock, control: data.query };
    },
});
