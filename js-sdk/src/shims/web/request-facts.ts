// What a `Request` says of itself and nothing here acts on: there is no cache, no page that asks, and no origin.

interface Choice {
    standard: string;
    values: string[];
}

const CHOICES = {
    cache: { standard: 'default', values: ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'] },
    credentials: { standard: 'same-origin', values: ['omit', 'same-origin', 'include'] },
    mode: { standard: 'cors', values: ['same-origin', 'cors', 'no-cors'] },
    referrerPolicy: {
        standard: '',
        values: [
            '', 'no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin', 'origin-when-cross-origin',
            'strict-origin-when-cross-origin', 'unsafe-url',
        ],
    },
} satisfies Record<string, Choice>;

export interface RequestFacts {
    cache: string;
    credentials: string;
    mode: string;
    referrerPolicy: string;
    referrer: string;
    integrity: string;
    keepalive: boolean;
}

export type FactsInit = Partial<Record<keyof RequestFacts, unknown>>;

function chosen(name: keyof typeof CHOICES, given: FactsInit, from: RequestFacts | null): string {
    const { standard, values }: Choice = CHOICES[name];
    const value = given[name];
    if (value === undefined) return from?.[name] ?? standard;
    const text = `${value as string}`;
    if (!values.includes(text)) throw new TypeError(`Request constructor: ${text} is not an accepted type. Expected one of ${values.join(', ')}.`);
    return text;
}

/** Of a new request, or of one that is made from another. */
export function factsOf(given: FactsInit, from: RequestFacts | null): RequestFacts {
    return {
        cache: chosen('cache', given, from),
        credentials: chosen('credentials', given, from),
        mode: chosen('mode', given, from),
        referrerPolicy: chosen('referrerPolicy', given, from),
        referrer: given.referrer === '' ? '' : 'about:client',
        integrity: given.integrity === undefined ? (from?.integrity ?? '') : `${given.integrity as string}`,
        keepalive: given.keepalive === undefined ? (from?.keepalive ?? false) : Boolean(given.keepalive),
    };
}
