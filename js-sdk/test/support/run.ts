// Runs a function as the engine does, against the ops of ops.ts.
import type { RunFacts, Settlement } from '../../src/ops.ts';
import { execute } from '../../src/run/execute.ts';
import type { FunctionRun, NangoOnEvent } from '../../src/types.ts';
import { host } from './ops.ts';

export const FACTS: RunFacts = {
    connectionId: 'acme',
    providerConfigKey: 'salesforce',
    provider: 'salesforce',
    environmentName: 'dev',
    runId: 'run-1',
    attempt: 1,
    idempotencyKey: 'run-1',
    isReplay: false,
    dryRun: false,
    functionName: 'validate-connection',
    event: 'validate-connection',
    operation: 'creation',
    input: null,
    metadata: null,
    enforceSchemas: false,
};

type Exec = (nango: NangoOnEvent, run: FunctionRun) => unknown;

/** Runs `exec` to its settlement; fails unless there is exactly one. */
export async function run(exec: Exec, options: { metadata?: unknown; facts?: Partial<RunFacts> } = {}): Promise<Settlement> {
    const before = host.settled.length;
    const definition = { type: 'onEvent', event: 'validate-connection', exec, metadata: options.metadata };
    await execute({ default: definition }, JSON.stringify({ ...FACTS, ...options.facts }));
    if (host.settled.length !== before + 1) {
        throw new Error(`the run settled ${host.settled.length - before} times`);
    }
    return host.settled[before].settlement;
}

/** Runs the action `definition` with an input, to its settlement. */
export async function runAction(definition: object, facts: Partial<RunFacts> = {}): Promise<Settlement> {
    const before = host.settled.length;
    const action = { type: 'action', description: 'test', ...definition };
    await execute({ default: action }, JSON.stringify({ ...FACTS, event: null, operation: null, ...facts }));
    if (host.settled.length !== before + 1) {
        throw new Error(`the run settled ${host.settled.length - before} times`);
    }
    return host.settled[before].settlement;
}

/** The error of a run that must throw. */
export async function runError(exec: Exec, options: Parameters<typeof run>[1] = {}) {
    const settlement = await run(exec, options);
    if (settlement.kind !== 'threw') {
        throw new Error('exec returned');
    }
    return settlement.error;
}

/** What `exec` returned; throws what it threw. */
export async function value<T>(exec: (nango: NangoOnEvent) => Promise<T> | T, options: Parameters<typeof run>[1] = {}): Promise<T> {
    let result: { value: T } | undefined;
    await run(async (nango) => {
        result = { value: await exec(nango) };
    }, options);
    if (result === undefined) {
        throw host.settled.at(-1)?.thrown;
    }
    return result.value;
}
