// Asks Nango's client for Node whether a webhook is genuine. Standard input has the webhook; prints JSON.

import { Nango } from '@nangohq/node';

let input = '';
for await (const chunk of process.stdin) input += chunk;
const { secretKey, webhookSigningKey, body, headers } = JSON.parse(input);
const nango = new Nango({ secretKey, webhookSigningKey });
const genuine = nango.verifyIncomingWebhookRequest(body, headers);
const forged = nango.verifyIncomingWebhookRequest(body.replace('true', 'false'), headers);
process.stdout.write(JSON.stringify({ genuine, forged }));
