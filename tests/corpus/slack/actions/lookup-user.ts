import { createAction } from 'nango';
import * as z from 'zod';

import { unwrapped } from '../answer.js';
import type { SlackAnswer } from '../answer.js';

interface User {
    id: string;
    real_name: string;
    tz: string;
    profile: { email: string; status_expiration: number };
}

export default createAction({
    description: 'A form that is built with URLSearchParams, and an error of our own that nobody catches',
    version: '1.0.0',
    input: z.object({ email: z.email(), at: z.iso.datetime() }),
    output: z.object({ id: z.string(), name: z.string(), local_time: z.string() }),
    exec: async (nango, { email, at }) => {
        const { data } = await nango.post<SlackAnswer<{ user: User }>>({
            endpoint: '/users.lookupByEmail',
            data: new URLSearchParams({ email, include_locale: 'true' }).toString(),
            headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        });
        const { user } = unwrapped(data);
        const clock = new Intl.DateTimeFormat('en-GB', { timeZone: user.tz, dateStyle: 'short', timeStyle: 'medium' });
        return { id: user.id, name: user.real_name, local_time: clock.format(new Date(at)) };
    },
});
