import assert from 'node:assert/strict';

import { refused } from './refused.mjs';

async function action({ nango }) {
    assert.deepEqual(await nango.triggerAction('hubspot', 'acme', 'echo', { text: 'hello' }), { text: 'hello' });
    const failing = nango.triggerAction('hubspot', 'acme', 'echo', { text: 'fail' });
    await refused(failing, 500, 'action_script_runtime_error');
    await refused(nango.triggerAction('hubspot', 'acme', 'nothing', {}), 404, 'not_found');
}

async function asynchronousAction({ nango, until }) {
    const { id, statusUrl } = await nango.triggerActionAsync('hubspot', 'acme', 'echo', { text: 'later' });
    assert.equal(statusUrl, `/action/${id}`);
    const finished = (props) => async () => {
        try {
            return await nango.getAsyncActionResult(props);
        } catch (error) {
            assert.equal(error.response?.status, 404, String(error.stack));
        }
    };
    assert.deepEqual(await until('the action', finished({ statusUrl })), { text: 'later' });
    assert.deepEqual(await until('the action', finished({ id })), { text: 'later' });
}

async function proxied({ nango }) {
    const to = (more) => ({ endpoint: '/things', providerConfigKey: 'hubspot', connectionId: 'acme', ...more });
    const got = await nango.get(to({ params: { a: 'b c' }, headers: { 'X-Mine': 'yes' } }));
    assert.deepEqual([got.data.method, got.data.path, got.data.query], ['GET', '/api/things', 'a=b+c']);
    assert.equal(got.data.headers.authorization, 'Bearer good');
    assert.equal(got.data.headers['x-mine'], 'yes');
    const body = { deep: { list: [1, 'ü'] } };
    for (const method of ['post', 'put', 'patch', 'delete']) {
        const { data } = await nango[method](to({ data: body }));
        assert.deepEqual([data.method, JSON.parse(data.body)], [method.toUpperCase(), body]);
    }
    for (const method of ['PROPFIND', 'REPORT', 'GET']) {
        const { data } = await nango.proxy(to({ method, retries: 1, endpoint: 'things' }));
        assert.deepEqual([data.method, data.path], [method, '/api/things']);
    }
    await refused(nango.get(to({ connectionId: 'nobody' })), 400, 'server_error');
}

async function secretsStayHere({ nango, secretKey }) {
    const { data } = await nango.get({ endpoint: '/things', providerConfigKey: 'hubspot', connectionId: 'acme' });
    assert.ok(!JSON.stringify(data).includes(secretKey), 'the key went to the provider');
}

/** In the order in which they are made. */
export default [action, asynchronousAction, proxied, secretsStayHere];
