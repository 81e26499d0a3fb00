import { refused } from './refused.mjs';

const CONNECTION = ['hubspot', 'acme'];

async function syncs({ nango }) {
    const [key, id] = CONNECTION;
    await refused(nango.triggerSync(key, ['a'], id), 404, 'not_found');
    await refused(nango.triggerSync(key, ['a'], id, 'full_refresh'), 404, 'not_found');
    await refused(nango.startSync(key, ['a'], id), 404, 'not_found');
    await refused(nango.pauseSync(key, ['a'], id), 404, 'not_found');
    await refused(nango.syncStatus(key, '*', id), 404, 'not_found');
    await refused(nango.syncStatus(key, [{ name: 'a', variant: 'b' }]), 404, 'not_found');
    await refused(nango.updateSyncConnectionFrequency(key, 'a', id, 'every hour'), 404, 'not_found');
    const variant = { provider_config_key: key, connection_id: id, name: 'a', variant: 'b' };
    await refused(nango.createSyncVariant(variant), 404, 'not_found');
    await refused(nango.deleteSyncVariant(variant), 404, 'not_found');
}

async function records({ nango }) {
    const [providerConfigKey, connectionId] = CONNECTION;
    await refused(nango.listRecords({ providerConfigKey, connectionId, model: 'M', limit: 1 }), 404, 'not_found');
    const prune = { providerConfigKey, connectionId, model: 'M', untilCursor: 'c' };
    await refused(nango.pruneRecords(prune), 404, 'not_found');
}

async function others({ nango }) {
    await refused(nango.getScriptsConfig(), 404, 'not_found');
    await refused(nango.getScriptsConfig('openai'), 404, 'not_found');
    await refused(nango.createConnectSession({ tags: { plan: 'pro' } }), 404, 'not_found');
    const again = { connection_id: 'acme', integration_id: 'hubspot' };
    await refused(nango.createReconnectSession(again), 404, 'not_found');
    const deletion = nango.deleteFunction({ uniqueKey: 'hubspot', name: 'echo' }, { type: 'action' });
    await refused(deletion, 409, 'function_managed_by_deploy');
}

/** In the order in which they are made. */
export default [syncs, records, others];
