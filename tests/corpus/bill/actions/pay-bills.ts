import { createAction } from 'nango';
import * as z from 'zod';

const Line = z.object({ bill: z.string().startsWith('00n'), amount: z.number().multipleOf(0.01).positive() });

interface Envelope<Data> {
    response_status: 0 | 1;
    response_message: string;
    response_data: Data & { error_code?: string; error_message?: string };
}

export default createAction({
    description:
        'JSON within a form: the session and the key of the credentials go along; an envelope says what happened',
    version: '1.0.0',
    input: z.object({ vendor: z.string(), on: z.iso.date(), lines: z.array(Line).nonempty() }),
    output: z.object({ payment: z.string(), total: z.number(), status: z.string() }),
    exec: async (nango, { vendor, on, lines }) => {
        const { credentials } = await nango.getConnection();
        const { session_id: sessionId, dev_key: devKey } = credentials as unknown as {
            session_id: string;
            dev_key: string;
        };
        const form = new URLSearchParams();
        form.set('devKey', devKey);
        form.set('sessionId', sessionId);
        form.set(
            'data',
            JSON.stringify({
                vendorId: vendor,
                processDate: on,
                billPays: lines.map(({ bill, amount }) => ({ billId: bill, amount })),
            }),
        );
        const { data } = await nango.post<Envelope<{ id: string; status: string }>>({
            endpoint: '/api/v2/PayBills.json',
            data: form,
            headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        });
        if (data.response_status === 1) {
            throw new nango.ActionError({
                code: data.response_data.error_code,
                message: data.response_data.error_message,
                vendor,
            });
        }
        const cents = lines.reduce((sum, { amount }) => sum + Math.round(amount * 100), 0);
        return { payment: data.response_data.id, total: cents / 100, status: data.response_data.status };
    },
});
