import { createOnEvent } from 'nango';
import * as z from 'zod';
import { digest } from '../lib/region.js';

const setup = createOnEvent({
    event: 'post-connection-creation',
    description: 'Leaves a digest of the connection',
    metadata: z.object({ digest: z.string().optional() }),
    exec: async (nango) => {
        await nango.updateMetadata({ digest: digest(nango.connectionId) });
    }
});

export default setup;
