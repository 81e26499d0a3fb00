/** Slack says in the body whether it worked; the status is 200 all the same. */
export type SlackAnswer<Data> =
    ({ ok: true } & Data) | { ok: false; error: string; needed?: string; response_metadata?: { messages?: string[] } };

/** An error that carries what Slack said. */
export class SlackError extends Error {
    override readonly name = 'SlackError';
    readonly code: string;

    constructor(
        code: string,
        readonly details: string[],
    ) {
        super(details.length > 0 ? `${code}: ${details.join('; ')}` : code);
        this.code = code;
    }
}

export function unwrapped<Data>(answer: SlackAnswer<Data>): Data {
    if (answer.ok) {
        return answer;
    }
    throw new SlackError(
        answer.error,
        answer.response_metadata?.messages ?? (answer.needed ? [`needs ${answer.needed}`] : []),
    );
}
