// What nearly every run does, done once while a snapshot is baked: V8 has compiled it when a run begins. The host behind it is
// `runtime/ops/src/snapshot/typical_host.rs`.
import { describe, execute, isPlainlyDescribed, nango } from 'ext:onevent/sdk.js';

import type { OnEventDefinition } from '../types.ts';

const FACTS = {
    connectionId: 'connection',
    providerConfigKey: 'integration',
    provider: 'provider',
    environmentName: 'dev',
    runId: '00000000-0000-0000-0000-000000000000',
    attempt: 1,
    idempotencyKey: '00000000-0000-0000-0000-000000000000',
    isReplay: false,
    dryRun: false,
    functionName: 'typical',
    event: 'validate-connection',
    operation: 'creation',
    metadata: { organizationId: 'one' },
    enforceSchemas: false,
};

type Definition = Omit<OnEventDefinition, 'type' | 'exec' | 'description' | 'event'>;

/** Describes a function and runs it: once to its end, and once to an error of its own. */
export async function runTypically(schemas: Definition): Promise<void> {
    const definition = (exec: OnEventDefinition['exec']) => ({
        default: nango.createOnEvent({ description: 'typical', event: 'validate-connection', ...schemas, exec } as never),
    });
    const succeeds = definition(async (nango) => {
        const metadata = await nango.getMetadata();
        await nango.get({ endpoint: '/one', params: { page: '1' }, headers: { accept: 'application/json' } });
        await nango.post({ endpoint: '/one', data: { list: [1, 'two', null] }, retries: 1 });
        await nango.setMetadata({ ...(metadata as object), organizationId: 'one' } as never);
        await nango.updateMetadata({ organizationId: 'one' } as never);
        await nango.log('typical');
        console.log('typical', { one: 1 });
    });
    const fails = definition(async (nango) => {
        throw new nango.ActionError('typical');
    });
    describe(succeeds);
    isPlainlyDescribed(succeeds);
    await execute(succeeds, JSON.stringify(FACTS));
    await execute(fails, JSON.stringify(FACTS));
}
