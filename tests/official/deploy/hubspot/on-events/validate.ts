import { createOnEvent } from 'nango';
import * as z from 'zod';
import { refuse } from '../lib/region.js';

// The command line prints this file anew before it bundles it: without these lines.

/** What setup leaves. */
const Metadata = z.object({
    digest: z.string().optional()
});

export default createOnEvent({
    event: 'validate-connection',
    description: 'Accepts accounts in the EU only',
    metadata: Metadata,
    exec: async (nango) => {
        const { connection_config } = await nango.getConnection();
        const region = String(connection_config['region']);

        if (region === 'nowhere') {
            refuse(region);
        }

        if (region !== 'eu') {
            throw new nango.ActionError('only accounts in the EU');
        }
    }
});
