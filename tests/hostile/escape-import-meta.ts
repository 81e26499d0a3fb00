// What a module is told of itself.
// outcome: succeeded
// limits: cpu=2s
// returns: {"keys":["main"],"machine":false,"control":"escape-import-meta.ts"}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const meta = import.meta as any;
        return { keys: Object.keys(meta).filter((key) => !['url', 'resolve'].includes(key)), machine: /home|root|work|tmp/.test(String(meta.url)), control: String(meta.url).split('/').pop() };
    },
});
