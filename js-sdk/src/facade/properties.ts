// What `nango` says without a call.
import type { Logger } from '../log.ts';
import type { RunFacts } from '../ops.ts';
import { StringPrototypeCharCodeAt } from '../primordials.ts';

/** onevent has one account. */
const ACCOUNT_ID = 1;
/** Nango's documented default of a function that names none. */
const DEFAULT_VERSION = '0.0.1';

/** Nango numbers what onevent names: a positive number that is the same for the same name (FNV-1a). */
function numberOf(name: string): number {
    let hash = 0x811c9dc5;
    for (let index = 0; index < name.length; index++) {
        hash = Math.imul(hash ^ StringPrototypeCharCodeAt(name, index), 0x01000193);
    }
    return (hash >>> 1) + 1;
}

/** What stands for a sync's configuration in a function that is none: Nango's values. */
function syncConfig(functionName: string): Record<string, unknown> {
    return {
        id: -1,
        sync_name: functionName,
        type: 'sync',
        models: [],
        version: DEFAULT_VERSION,
        file_location: '',
        sdk_version: null,
        nango_config_id: -1,
        track_deletes: false,
        enabled: true,
        models_json_schema: null,
        input: null,
        features: [],
        metadata: {},
        source: 'repo',
    };
}

/** The data properties of one run. */
export function properties(facts: RunFacts, logger: Logger): Record<string, unknown> {
    return {
        connectionId: facts.connectionId,
        providerConfigKey: facts.providerConfigKey,
        provider: facts.provider,
        environmentName: facts.environmentName,
        environmentId: numberOf(facts.environmentName),
        accountId: ACCOUNT_ID,
        activityLogId: facts.runId,
        nangoConnectionId: numberOf(`${facts.environmentName}/${facts.providerConfigKey}/${facts.connectionId}`),
        scriptType: facts.event === null ? 'action' : 'on-event',
        isCLI: facts.dryRun,
        logger: logger.state,
        syncConfig: syncConfig(facts.functionName),
        runnerFlags: {},
        syncId: undefined,
        syncJobId: undefined,
    };
}
