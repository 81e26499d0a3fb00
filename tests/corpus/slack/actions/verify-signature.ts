import { createHmac, timingSafeEqual } from 'crypto';

import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description:
        'Whether a webhook is from Slack: an HMAC over its time and body, compared in constant time, no request',
    version: '1.0.0',
    input: z.object({ timestamp: z.string(), signature: z.string(), body: z.string(), now: z.number() }),
    output: z.union([
        z.object({ valid: z.literal(true), version: z.string() }),
        z.object({ valid: z.literal(false), reason: z.string() }),
    ]),
    exec: async (nango, { timestamp, signature, body, now }) => {
        const variables = (await nango.getEnvironmentVariables()) ?? [];
        const secret = variables.find(({ name }) => name === 'SLACK_SIGNING_SECRET')?.value;
        if (!secret) {
            throw new nango.ActionError('SLACK_SIGNING_SECRET is not set');
        }
        if (Math.abs(now - Number(timestamp)) > 300) {
            return { valid: false as const, reason: 'too old' };
        }
        const [version = '', given = ''] = signature.split('=');
        const wanted = createHmac('sha256', secret).update(`${version}:${timestamp}:${body}`).digest();
        const bytes = Buffer.from(given, 'hex');
        if (bytes.length !== wanted.length || !timingSafeEqual(bytes, wanted)) {
            return { valid: false as const, reason: 'signature' };
        }
        return { valid: true as const, version };
    },
});
