// Names that lead out of the isolate.
// outcome: succeeded
// limits: cpu=2s
// returns: {"found":[],"control":true}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const names = ['Deno', '__bootstrap', 'process', 'require', 'WebAssembly', 'SharedArrayBuffer', 'Atomics.wait', 'Worker', 'importScripts', '__onevent_start', '__onevent_modules', 'gc', 'd8', 'print', 'load', 'read'];
        const found = names.filter((name) => name in globalThis);
        return { found, control: 'JSON' in globalThis };
    },
});
