// Addresses that are not public.
// outcome: succeeded
// limits: cpu=2s
// returns: {"found":[],"control":200}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async (_: any, input: any) => {
        const found: string[] = [];
        for (const url of ['http://169.254.169.254/', 'http://10.0.0.1/', 'http://[::1]:1/', 'http://0x0a000001/', 'http://192.168.1.1/', 'http://100.64.0.1/', 'http://[::ffff:10.0.0.1]/', 'http://[fd00::1]/', 'http://metadata.google.internal/', 'file:///etc/passwd', 'ftp://10.0.0.1/', 'http://0/']) {
            try {
                await fetch(url);
                found.push(url);
            } catch {}
        }
        const control = (await fetch(input.provider + '/echo')).status;
        return { found, control };
    },
});
