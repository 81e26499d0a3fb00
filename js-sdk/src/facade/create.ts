// The `nango` object of one run.
import { ActionError } from '../errors/action-error.ts';
import { writeLog } from '../log.ts';
import type { MetadataSchema } from '../metadata/check.ts';
import { Metadata } from '../metadata/write.ts';
import type { RunFacts } from '../ops.ts';
import type { NangoOnEvent } from '../types.ts';
import { Connections } from './connection.ts';
import { guard } from './guard.ts';
import type { PendingCalls } from './pending.ts';
import { requestMembers } from './requests.ts';

/** Every member is a function of its own: `const { get } = nango` works. */
export function createNango(facts: RunFacts, schema: MetadataSchema, calls: PendingCalls): NangoOnEvent {
    const connections = new Connections();
    const metadata = new Metadata(schema, facts, () => connections.forget());
    const members = {
        ActionError,
        connectionId: facts.connectionId,
        providerConfigKey: facts.providerConfigKey,
        provider: facts.provider,
        environmentName: facts.environmentName,
        ...requestMembers(calls),
        getConnection: (providerConfigKey?: unknown, connectionId?: unknown, options?: unknown) =>
            calls.track('getConnection', () => connections.get(providerConfigKey, connectionId, options)),
        getToken: () => calls.track('getToken', () => connections.token()),
        getMetadata: () => calls.track('getMetadata', () => metadata.get()),
        setMetadata: (value: unknown) => calls.track('setMetadata', () => metadata.set(value)),
        updateMetadata: (value: unknown) => calls.track('updateMetadata', () => metadata.update(value)),
        log: async (...args: unknown[]) => writeLog(args),
    };
    return guard(members as unknown as NangoOnEvent);
}
