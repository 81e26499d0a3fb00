import { createAction } from 'nango';
import * as z from 'zod';

enum Advice {
    Retry = 'retry_later',
    AskCustomer = 'ask_customer',
    GiveUp = 'give_up',
}

const ADVICE: Partial<Record<string, Advice>> = {
    insufficient_funds: Advice.AskCustomer,
    processing_error: Advice.Retry,
    fraudulent: Advice.GiveUp,
};

export default createAction({
    description: 'A declined card is an answer, not a failure: a union of results; other errors of Stripe stay errors',
    version: '1.0.0',
    input: z.object({
        customer: z.string(),
        amount: z.number().int().min(50),
        currency: z.enum(['usd', 'eur', 'jpy']),
    }),
    output: z.union([
        z.object({ paid: z.literal(true), id: z.string() }),
        z.object({ paid: z.literal(false), reason: z.string(), advice: z.enum(Advice) }),
    ]),
    exec: async (nango, { customer, amount, currency }) => {
        try {
            const { data } = await nango.post({
                endpoint: '/v1/payment_intents',
                data: `customer=${customer}&amount=${amount}&currency=${currency}&confirm=true`,
                headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
            });
            return { paid: true as const, id: data.id };
        } catch (error) {
            const { response } = error as {
                response?: {
                    status: number;
                    data: { error: { type: string; decline_code?: string; message: string } };
                };
            };
            if (response?.status === 402) {
                const reason = response.data.error.decline_code ?? response.data.error.message;
                return { paid: false as const, reason, advice: ADVICE[reason] ?? Advice.AskCustomer };
            }
            if (response && response.status >= 500) {
                throw new nango.ActionError({
                    retryable: true,
                    status: response.status,
                    type: response.data.error.type,
                });
            }
            throw error;
        }
    },
});
