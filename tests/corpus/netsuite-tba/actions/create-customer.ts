import { createAction } from 'nango';
import * as z from 'zod';

const Address = z.object({ line: z.string(), city: z.string(), country: z.string().length(2).toUpperCase() });
const Base = z.object({ name: z.string(), subsidiary: z.number().int() });
const Person = Base.extend({ isPerson: z.literal(true), firstName: z.string(), lastName: z.string() });
const Company = Base.extend({ isPerson: z.literal(false), taxId: z.string().regex(/^[A-Z]{2}\d+$/) });

export default createAction({
    description: 'The new record is in the Location header of an empty answer; intersection of a union with an address',
    version: '1.0.0',
    input: z.intersection(
        z.discriminatedUnion('isPerson', [Person, Company]),
        z.object({ address: Address.optional() }),
    ),
    output: z.object({ id: z.string(), self: z.string() }),
    exec: async (nango, input) => {
        const { address, ...customer } = input;
        const { status, headers, data } = await nango.post({
            endpoint: '/record/v1/customer',
            data: {
                ...customer,
                subsidiary: { id: String(customer.subsidiary) },
                ...(address
                    ? {
                          addressBook: {
                              items: [
                                  {
                                      addressBookAddress: {
                                          addr1: address.line,
                                          city: address.city,
                                          country: { id: address.country },
                                      },
                                  },
                              ],
                          },
                      }
                    : {}),
            },
        });
        if (status !== 204 || data) {
            throw new Error(`unexpected answer ${status}`);
        }
        const location = new URL(headers['location'] as string);
        return { id: location.pathname.split('/').at(-1) ?? '', self: location.pathname + location.search };
    },
});
