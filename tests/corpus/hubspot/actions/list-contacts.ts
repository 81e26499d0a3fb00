import { createAction } from 'nango';
import * as z from 'zod';

import { Contact, toContact } from '../contact.js';
import type { HubspotObject } from '../contact.js';

export default createAction({
    description: 'Every contact: cursor pagination exactly as the template has it, with a list among the params',
    version: '1.0.0',
    input: z.object({ page_size: z.number().int().min(1).max(100) }),
    output: z.array(Contact),
    exec: async (nango, { page_size: limit }) => {
        const contacts: Contact[] = [];
        const params = { properties: ['firstname', 'lastname', 'email'], archived: 'false' };
        for await (const page of nango.paginate<HubspotObject>({
            endpoint: '/crm/v3/objects/contacts',
            params,
            paginate: { limit },
        })) {
            contacts.push(...page.map(toContact));
        }
        return contacts;
    },
});
