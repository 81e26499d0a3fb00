// Code from text, in all its forms.
// outcome: succeeded
// limits: cpu=2s
// returns: {"found":[],"control":"function"}
import { createAction } from 'nango';

export default createAction({
    description: 'hostile',
    exec: async () => {
        const tries: [string, () => unknown][] = [
            ['eval', () => (0, eval)('1')],
            ['Function', () => new Function('return 1')()],
            ['generator', () => new (Object.getPrototypeOf(function* () {}).constructor)('yield 1')],
            ['async', () => new (Object.getPrototypeOf(async () => {}).constructor)('return 1')],
            ['asyncGenerator', () => new (Object.getPrototypeOf(async function* () {}).constructor)('yield 1')],
            ['constructor', () => (0 as any).constructor.constructor('return 1')()],
            ['timeout', () => setTimeout('globalThis.fromText = 1' as any, 0)],
        ];
        const found: string[] = [];
        for (const [name, run] of tries) {
            try {
                run();
                if (name !== 'timeout') found.push(name);
            } catch {}
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
        if ('fromText' in globalThis) found.push('timeout');
        return { found, control: typeof eval };
    },
});
