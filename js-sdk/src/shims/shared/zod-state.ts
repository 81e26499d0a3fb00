// What zod remembers outside of schemas: the global registry and the configuration. Each run has its own.
import { locals } from './run.ts';

interface Zod {
    globalRegistry: Record<string, unknown>;
    config(): Record<string, unknown>;
    core: { util: { allowsEval: { value: boolean } } };
}

/** Where code that belongs to no run finds nothing, and leaves nothing. */
const state = (): Record<string, unknown> => locals()?.zod ?? (Object.create(null) as Record<string, unknown>);

/** The accessors to what each run has of its own. */
export const ofRuns = new WeakSet<object>();

function byRun(owner: object, key: string, initial: () => unknown): void {
    const accessor: PropertyDescriptor = {
        get(): unknown {
            const known = state();
            // What is read first is made then, and stays.
            return key in known ? known[key] : (known[key] = initial());
        },
        set(value: unknown): void {
            state()[key] = value;
        },
        enumerable: true,
        configurable: false,
    };
    ofRuns.add(accessor.get as object);
    Object.defineProperty(owner, key, accessor);
}

/** The names of zod's settings. */
const SETTINGS = ['customError', 'localeError', 'jitless'];

/** Tells what every run begins with. */
export function stateByRun(zod: Zod): unknown[] {
    // Found out once, and kept where it would be frozen.
    void zod.core.util.allowsEval.value;
    byRun(zod.globalRegistry, '_map', () => new WeakMap());
    byRun(zod.globalRegistry, '_idmap', () => new Map());
    const config = zod.config();
    const initial: unknown[] = [];
    for (const key of new Set([...SETTINGS, ...Object.keys(config)])) {
        const value = config[key];
        initial.push(value);
        byRun(config, key, () => value);
    }
    return initial;
}
