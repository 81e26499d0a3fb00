import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
    description: 'Creates a push topic once: what was created before is found again by its name',
    version: '1.0.0',
    event: 'post-connection-creation',
    metadata: z.object({ topicId: z.string(), since: z.string() }),
    exec: async (nango) => {
        const connection = await nango.getConnection();
        const name = `onevent-${connection.connection_id}`.slice(0, 25);
        let topicId: string;
        try {
            const { data } = await nango.post({
                endpoint: '/services/data/v60.0/sobjects/PushTopic',
                data: {
                    Name: name,
                    Query: 'SELECT Id, Name FROM Account',
                    ApiVersion: 60.0,
                    NotifyForOperationCreate: true,
                },
            });
            topicId = data.id;
        } catch (error) {
            const [first] = (error as { response?: { data: { errorCode: string }[] } }).response?.data ?? [];
            if (first?.errorCode !== 'DUPLICATE_VALUE') {
                throw error;
            }
            const { data } = await nango.get({ endpoint: `/services/data/v60.0/sobjects/PushTopic/Name/${name}` });
            topicId = data.Id;
        }
        await nango.setMetadata({ topicId, since: connection.created_at });
        const written = await nango.getMetadata();
        await nango.updateMetadata({ topicId: `${written?.topicId}!` });
    },
});
