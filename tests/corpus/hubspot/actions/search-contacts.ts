import { createAction } from 'nango';
import * as z from 'zod';

import { Contact, toContact } from '../contact.js';
import type { HubspotObject } from '../contact.js';

const Operator = z.enum(['EQ', 'NEQ', 'GT', 'LT', 'CONTAINS_TOKEN', 'HAS_PROPERTY']);

export default createAction({
    description: 'A search: the cursor goes into the body of a POST, and the function stops when it has enough',
    version: '1.0.0',
    input: z.object({
        filters: z
            .array(
                z.object({
                    property: z.string(),
                    operator: Operator,
                    value: z.union([z.string(), z.number()]).optional(),
                }),
            )
            .min(1),
        at_most: z.number().int().positive(),
    }),
    output: z.object({ contacts: z.array(Contact), cursors: z.array(z.string()) }),
    exec: async (nango, { filters, at_most: atMost }) => {
        const cursors: string[] = [];
        const found: Contact[] = [];
        const pages = nango.paginate<HubspotObject>({
            method: 'POST',
            endpoint: '/crm/v3/objects/contacts/search',
            data: {
                filterGroups: [
                    { filters: filters.map(({ property, ...rest }) => ({ propertyName: property, ...rest })) },
                ],
                sorts: [{ propertyName: 'lastmodifieddate', direction: 'DESCENDING' }],
            },
            paginate: {
                type: 'cursor',
                limit: 2,
                on_page: async ({ nextPageParam }) => {
                    cursors.push(String(nextPageParam));
                },
            },
        });
        for await (const page of pages) {
            found.push(...page.map(toContact));
            if (found.length >= atMost) {
                break;
            }
        }
        return { contacts: found.slice(0, atMost), cursors };
    },
});
