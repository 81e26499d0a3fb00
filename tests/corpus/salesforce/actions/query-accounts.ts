import { createAction } from 'nango';
import * as z from 'zod';

import { quoted, rows } from '../query.js';

const Account = z.object({ Id: z.string().length(18), Name: z.string(), AnnualRevenue: z.number().nullable() });

export default createAction({
    description: 'SOQL with what people typed in it, read through an async generator that a helper shares',
    version: '1.0.0',
    input: z.object({ name: z.string() }),
    output: z.object({ accounts: z.array(Account), revenue: z.string() }),
    exec: async (nango, { name }) => {
        const accounts: z.infer<typeof Account>[] = [];
        const soql = `SELECT Id, Name, AnnualRevenue FROM Account WHERE Name LIKE ${quoted(`${name}%`)}`;
        for await (const row of rows<z.infer<typeof Account>>(nango, soql)) {
            accounts.push(row);
        }
        const total = accounts.reduce((sum, { AnnualRevenue }) => sum + (AnnualRevenue ?? 0), 0);
        const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
        return { accounts, revenue: money.format(total) };
    },
});
