import { createAction } from 'nango';
import * as z from 'zod';

import { unwrapped } from '../answer.js';
import type { SlackAnswer } from '../answer.js';

export default createAction({
    description: 'An upload in three steps: a form, the text to a URL without credentials, and what completes it',
    version: '1.0.0',
    input: z.object({ channel: z.string(), name: z.string(), text: z.string() }),
    output: z.object({ id: z.string(), bytes: z.number(), permalink: z.string(), stored: z.string() }),
    exec: async (nango, { channel, name, text }) => {
        const length = Buffer.byteLength(text, 'utf8');
        const ticket = await nango.post<SlackAnswer<{ upload_url: string; file_id: string }>>({
            endpoint: '/files.getUploadURLExternal',
            data: { filename: name, length },
            headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        });
        const { upload_url: url, file_id: id } = unwrapped(ticket.data);
        const stored = await nango.uncontrolledFetch({
            url: new URL(url),
            method: 'POST',
            body: text,
            headers: { 'X-Name': name },
        });
        if (!stored.ok) {
            throw new nango.ActionError(`upload: ${stored.status}`);
        }
        const { data } = await nango.post<SlackAnswer<{ files: { permalink: string }[] }>>({
            endpoint: '/files.completeUploadExternal',
            data: { channel_id: channel, files: [{ id, title: name }] },
        });
        return { id, bytes: length, permalink: unwrapped(data).files[0]?.permalink ?? '', stored: await stored.text() };
    },
});
