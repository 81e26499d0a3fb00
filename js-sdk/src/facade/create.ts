// The `nango` object of one run.
import { ActionError } from '../errors/action-error.ts';
import { Logger } from '../log.ts';
import type { MetadataSchema } from '../metadata/check.ts';
import { Metadata } from '../metadata/write.ts';
import type { RunFacts } from '../ops.ts';
import type { NangoOnEvent } from '../types.ts';
import { Checkpoints } from './checkpoint.ts';
import { Connections } from './connection.ts';
import { uncontrolledFetch } from './fetch.ts';
import { guard } from './guard.ts';
import { zodValidateInput } from './input.ts';
import { environmentVariables, Integrations } from './integration.ts';
import { releaseAllLocks, releaseLock, tryAcquireLock } from './locks.ts';
import type { PendingCalls } from './pending.ts';
import { properties } from './properties.ts';
import { requestMembers } from './requests.ts';
import { triggerAction } from './trigger.ts';

type Members = Record<string, unknown>;

function connectionMembers(facts: RunFacts, schema: MetadataSchema, calls: PendingCalls): Members {
    const connections = new Connections();
    const metadata = new Metadata(schema, facts, () => connections.forget());
    const set = (value: unknown) => metadata.set(value);
    return {
        getConnection: (providerConfigKey?: unknown, connectionId?: unknown, options?: unknown) =>
            calls.track('getConnection', () => connections.get(providerConfigKey, connectionId, options)),
        getToken: () => calls.track('getToken', () => connections.token()),
        getMetadata: () => calls.track('getMetadata', () => metadata.get()),
        setMetadata: (value: unknown) => calls.track('setMetadata', () => set(value)),
        updateMetadata: (value: unknown) => calls.track('updateMetadata', () => metadata.update(value)),
        // Nango's older names. The one does not nest what the other looks for: so they are there.
        setFieldMapping: (value: unknown) => calls.track('setFieldMapping', () => set(value)),
        getFieldMapping: () =>
            calls.track('getFieldMapping', async () => (await metadata.get())?.['fieldMapping'] || {}),
    };
}

function environmentMembers(facts: RunFacts, calls: PendingCalls): Members {
    const integrations = new Integrations(facts.providerConfigKey);
    return {
        getIntegration: (options?: unknown) => calls.track('getIntegration', () => integrations.get(options)),
        getWebhookURL: () => calls.track('getWebhookURL', () => integrations.webhookUrl()),
        getEnvironmentVariables: () => calls.track('getEnvironmentVariables', environmentVariables),
        triggerAction: (providerConfigKey: unknown, connectionId: unknown, name: unknown, input?: unknown) =>
            calls.track('triggerAction', () => triggerAction(providerConfigKey, connectionId, name, input)),
        uncontrolledFetch: (options: unknown) => calls.track('uncontrolledFetch', () => uncontrolledFetch(options)),
    };
}

function runMembers(calls: PendingCalls): Members {
    const checkpoints = new Checkpoints();
    return {
        tryAcquireLock: (options: unknown) => calls.track('tryAcquireLock', () => tryAcquireLock(options)),
        releaseLock: (options: unknown) => calls.track('releaseLock', () => releaseLock(options)),
        releaseAllLocks: () => calls.track('releaseAllLocks', releaseAllLocks),
        getCheckpoint: () => calls.track('getCheckpoint', () => checkpoints.get()),
        saveCheckpoint: (value: unknown) => calls.track('saveCheckpoint', () => checkpoints.save(value)),
        clearCheckpoint: () => calls.track('clearCheckpoint', () => checkpoints.clear()),
        getFlowAttributes: () => {
            throw new Error('nango.getFlowAttributes() belongs to syncs: this run has no sync job');
        },
    };
}

/** Every member is a function of its own: `const { get } = nango` works. */
export function createNango(facts: RunFacts, schema: MetadataSchema, calls: PendingCalls): NangoOnEvent {
    const logger = new Logger();
    const members = {
        ActionError,
        ...properties(facts, logger),
        ...requestMembers(calls),
        ...connectionMembers(facts, schema, calls),
        ...environmentMembers(facts, calls),
        ...runMembers(calls),
        log: async (...args: unknown[]) => logger.write(args),
        setLogger: (options: unknown) => logger.setLevel(options),
        zodValidateInput: (options: unknown) =>
            calls.track('zodValidateInput', () => zodValidateInput(options, logger)),
    };
    return guard(members as unknown as NangoOnEvent);
}
