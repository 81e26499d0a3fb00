import { createAction } from 'nango';
import * as z from 'zod';

export default createAction({
    description: 'The parts of temporary credentials: a template literal as a type, ARNs taken apart by named groups',
    version: '1.0.0',
    input: z.object({ region: z.templateLiteral([z.enum(['eu', 'us', 'ap']), '-', z.string(), '-', z.number()]) }),
    output: z.object({
        same_region: z.boolean(),
        account: z.string(),
        role: z.string(),
        key: z.string(),
        session: z.boolean(),
    }),
    exec: async (nango, { region }) => {
        const token = (await nango.getToken()) as unknown as {
            role_arn: string;
            region: string;
            access_key_id: string;
            session_token: string;
        };
        const groups = /^arn:aws:iam::(?<account>\d{12}):role\/(?<path>.+)$/.exec(token.role_arn)?.groups;
        return {
            same_region: token.region === region,
            account: groups?.['account'] ?? '',
            role: groups?.['path']?.split('/').pop() ?? '',
            key: token.access_key_id.slice(0, 4),
            session: token.session_token.length > 0,
        };
    },
});
