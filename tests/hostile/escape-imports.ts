// Imports of what nobody offered.
// outcome: succeeded
// limits: cpu=2s
// returns: {"found":[],"control":true}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const found: string[] = [];
        for (const name of ['ext:core/ops', 'ext:core/mod.js', 'ext:onevent/sdk.js', 'node:fs', 'fs', 'child_process', 'node:process', 'node:vm', 'node:worker_threads', 'data:text/javascript,export default 1', 'blob:nodedata:1', 'file:///etc/passwd', 'https://example.com/x.js', '../../index.ts', 'npm:zod', 'jsr:x', 'op:1', 'internal:x']) {
            try {
                await import(name);
                found.push(name);
            } catch {}
        }
        const nango = 'nango';
        const control = typeof (await import(nango)).createAction === 'function';
        return { found, control };
    },
});
