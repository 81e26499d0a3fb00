import assert from 'node:assert/strict';

import { create } from './import.mjs';
import { refused } from './refused.mjs';

async function created(world) {
    const { nango, until } = world;
    const endUser = { id: 'user-1', email: 'user@example.com', organization: { id: 'org-1' } };
    const made = await create(world, 'acme', 'good', { end_user: endUser, tags: { plan: 'pro' } });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(made.body.connection_id, 'acme');
    await until('the setup', async () => (await nango.getMetadata('hubspot', 'acme'))?.hook);
}

async function rejected(world) {
    const made = await create(world, 'rejected', 'bad');
    assert.equal(made.status, 400);
    assert.deepEqual(made.body.error, { code: 'connection_validation_failed', message: 'the provider answered 401' });
    await refused(world.nango.getConnection('hubspot', 'rejected'), 404, 'not_found');
}

async function listed(world) {
    const { nango } = world;
    assert.equal((await create(world, 'other')).status, 201);
    const ids = ({ connections }) => connections.map(({ connection_id: id }) => id).sort();
    assert.deepEqual(ids(await nango.listConnections()), ['acme', 'other']);
    assert.deepEqual(ids(await nango.listConnections('acme')), ['acme']);
    assert.deepEqual(ids(await nango.listConnections(undefined, 'user@example')), ['acme']);
    const byUser = { endUserId: 'user-1', endUserOrganizationId: 'org-1', limit: 5 };
    assert.deepEqual(ids(await nango.listConnections(undefined, undefined, byUser)), ['acme']);
    const filters = { userId: 'user-1', integrationId: ['hubspot', 'git'], tags: { plan: 'pro' }, limit: 1 };
    assert.deepEqual(ids(await nango.listConnections(filters)), ['acme']);
    assert.deepEqual(ids(await nango.listConnections({ tags: { plan: 'free' } })), []);
    const found = await nango.waitForConnection('hubspot', 'user-1');
    assert.equal(found.connection_id, 'acme');
}

async function read({ nango }) {
    const plain = await nango.getConnection('hubspot', 'acme');
    assert.deepEqual([plain.connection_id, plain.provider_config_key], ['acme', 'hubspot']);
    assert.deepEqual([plain.credentials.access_token, plain.credentials.refresh_token], ['good', undefined]);
    const whole = await nango.getConnection('hubspot', 'acme', true, true, false);
    assert.equal(whole.credentials.refresh_token, 'renew');
    assert.equal(whole.end_user.organization.id, 'org-1');
    assert.equal(await nango.getToken('hubspot', 'acme'), 'good');
    assert.equal((await nango.getRawTokenResponse('hubspot', 'acme')).scope, 'all');
    await refused(nango.getConnection('hubspot', 'nobody'), 404, 'not_found');
    await refused(nango.getConnection('no-such-integration', 'acme'), 400, 'unknown_provider_config');
}

async function patched({ nango }) {
    const params = { connectionId: 'acme', provider_config_key: 'hubspot' };
    assert.deepEqual(await nango.patchConnection(params, { tags: { plan: 'free' } }), { success: true });
    assert.deepEqual((await nango.getConnection('hubspot', 'acme')).tags, { plan: 'free' });
}

async function metadata({ nango }) {
    const set = await nango.setMetadata('hubspot', 'acme', { a: 1, hook: 'kept' });
    assert.equal(set.status, 201);
    assert.deepEqual(set.data.metadata, { a: 1, hook: 'kept' });
    const updated = await nango.updateMetadata('hubspot', ['acme', 'other'], { b: 2 });
    assert.equal(updated.status, 200);
    assert.deepEqual(await nango.getMetadata('hubspot', 'acme'), { a: 1, hook: 'kept', b: 2 });
    assert.equal((await nango.getMetadata('hubspot', 'other')).b, 2);
    // All or nothing.
    await refused(nango.setMetadata('hubspot', ['acme', 'nobody'], { c: 3 }), 404, 'unknown_connection');
    assert.deepEqual(await nango.getMetadata('hubspot', 'acme'), { a: 1, hook: 'kept', b: 2 });
}

async function deleted({ nango, seen }) {
    const answer = await nango.deleteConnection('hubspot', 'other');
    assert.deepEqual([answer.status, answer.data], [200, { success: true }]);
    const { requests } = await seen();
    assert.equal(requests.filter(({ method }) => method === 'DELETE').length, 1, 'cleanup has run');
    await refused(nango.deleteConnection('hubspot', 'other'), 400, 'unknown_connection');
}

/** In the order in which they are made. */
export default [created, rejected, listed, read, patched, metadata, deleted];
