import assert from 'node:assert/strict';

import { Nango } from '@nangohq/node';

async function verified({ host, secretKey, webhookSigningKey, seen, until }) {
    const isOf = (operation) => (hook) => JSON.parse(hook.body).operation === operation;
    const find = (operation) => async () => (await seen()).webhooks.find(isOf(operation));
    const reader = new Nango({ host, secretKey, webhookSigningKey });
    const other = new Nango({ host, secretKey });
    for (const operation of ['creation', 'deletion']) {
        const { body, headers } = await until(`the webhook of a ${operation}`, find(operation));
        assert.equal(reader.verifyIncomingWebhookRequest(body, headers), true);
        assert.equal(reader.verifyIncomingWebhookRequest(`${body} `, headers), false);
        assert.equal(other.verifyIncomingWebhookRequest(body, headers), false);
        assert.equal(reader.verifyWebhookSignature(headers['x-nango-signature'], JSON.parse(body)), true);
        const told = JSON.parse(body);
        assert.deepEqual([told.from, told.type, told.success], ['nango', 'auth', true]);
    }
}

/** In the order in which they are made. */
export default [verified];
