import assert from 'node:assert/strict';

import { refused } from './refused.mjs';

async function providers({ nango }) {
    const { data } = await nango.listProviders({ search: 'hubs' });
    assert.deepEqual(data.map(({ name }) => name), ['hubspot']);
    assert.ok((await nango.listProviders({})).data.length > 3);
    const hubspot = await nango.getProvider({ provider: 'hubspot' });
    assert.equal(hubspot.data.auth_mode, 'OAUTH2');
    assert.deepEqual((await nango.getProviderTemplates({ provider: 'hubspot' })).data, []);
    await refused(nango.getProvider({ provider: 'no-such-provider' }), 404, 'not_found');
}

async function integrationsOfTheProject({ nango }) {
    const { configs } = await nango.listIntegrations();
    const hubspot = configs.find(({ unique_key: key }) => key === 'hubspot');
    assert.equal(hubspot.provider, 'hubspot');
    const { data } = await nango.getIntegration({ uniqueKey: 'hubspot' });
    assert.deepEqual([data.unique_key, data.provider, 'credentials' in data], ['hubspot', 'hubspot', false]);
    await refused(nango.getIntegration({ uniqueKey: 'no-such-integration' }), 404, 'not_found');
}

async function integrationsOfTheApi({ nango }) {
    const credentials = { type: 'OAUTH2', client_id: 'id', client_secret: 'secret', scopes: 'a,b' };
    const made = await nango.createIntegration({ provider: 'github', unique_key: 'git', credentials });
    assert.equal(made.data.unique_key, 'git');
    const shown = await nango.getIntegration({ uniqueKey: 'git' }, { include: ['credentials'] });
    assert.equal(shown.data.credentials.client_id, 'id');
    const changed = await nango.updateIntegration({ uniqueKey: 'git' }, { display_name: 'Code' });
    assert.equal(changed.data.display_name, 'Code');
    assert.equal((await nango.deleteIntegration('git')).status, 200);
    await refused(nango.getIntegration({ uniqueKey: 'git' }), 404, 'not_found');
}

async function quickstart({ nango }) {
    const quick = nango.createQuickstartIntegration({ provider: 'github', unique_key: 'quick' });
    await refused(quick, 400, 'invalid_body');
}

async function functions({ nango }) {
    const { data, pagination } = await nango.listFunctions({ uniqueKey: 'hubspot' });
    assert.deepEqual(data.map(({ name }) => name).sort(), ['check', 'clean', 'echo', 'setup']);
    assert.equal(pagination.total, 4);
    const actions = await nango.listFunctions({ uniqueKey: 'hubspot' }, { type: 'action' });
    assert.deepEqual(actions.data.map(({ name }) => name), ['echo']);
    const page = await nango.listFunctions({ uniqueKey: 'hubspot' }, { page: 1, limit: 3 });
    assert.equal(page.data.length, 1);
    const one = await nango.getFunction({ uniqueKey: 'hubspot', name: 'check' }, { type: 'on-event' });
    assert.equal(one.data.name, 'check');
    const { type, code } = await nango.getFunctionCode({ uniqueKey: 'hubspot', name: 'check' });
    assert.equal(type, 'on-event');
    assert.match(code, /createOnEvent/);
    await refused(nango.getFunction({ uniqueKey: 'hubspot', name: 'nothing' }), 404, 'not_found');
}

async function variables({ nango }) {
    assert.deepEqual(await nango.getEnvironmentVariables(), [{ name: 'REGION', value: 'eu' }]);
}

/** In the order in which they are made. */
export default [providers, integrationsOfTheProject, integrationsOfTheApi, quickstart, functions, variables];
