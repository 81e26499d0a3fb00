import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description:
        'An app installation: its token, how long it lasts, and what it may do; refreshed when it is asked for',
    version: '1.0.0',
    input: z.object({ at: z.iso.datetime() }),
    output: z.object({ kind: z.string(), minutes_left: z.number(), may_write: z.array(z.string()), login: z.string() }),
    exec: async (nango, { at }) => {
        const { credentials } = await nango.getConnection(undefined, undefined, { forceRefresh: true });
        const app = credentials as unknown as {
            type: string;
            expires_at: string;
            raw: { permissions: Record<string, string> };
        };
        const { data } = await nango.get({ endpoint: '/installation/repositories', params: { per_page: 1 } });
        const minutes = (new Date(app.expires_at).getTime() - new Date(at).getTime()) / 60_000;
        const write = Object.entries(app.raw.permissions).flatMap(([name, level]) => (level === 'write' ? [name] : []));
        return {
            kind: app.type,
            minutes_left: Math.floor(minutes),
            may_write: write,
            login: data.repositories[0].owner.login,
        };
    },
});
