// Node's `querystring` for npm's `url`, which asks for one: repeated keys make arrays, nothing is nested.
export function parse(text: string): Record<string, string | string[]> {
    const found = Object.create(null) as Record<string, string | string[]>;
    for (const part of text.split('&')) {
        if (part === '') continue;
        const at = part.indexOf('=');
        const key = unescape(at < 0 ? part : part.slice(0, at));
        const value = at < 0 ? '' : unescape(part.slice(at + 1));
        const before = found[key];
        if (before === undefined) found[key] = value;
        else if (Array.isArray(before)) before.push(value);
        else found[key] = [before, value];
    }
    return found;
}

/** Like decodeURIComponent, but what is no valid escape stays. */
function unescape(text: string): string {
    const spaced = text.replaceAll('+', ' ');
    try {
        return decodeURIComponent(spaced);
    } catch {
        const bytes: number[] = [];
        for (let at = 0; at < spaced.length; at++) {
            const hex = spaced[at] === '%' ? spaced.slice(at + 1, at + 3) : '';
            if (/^[0-9a-f]{2}$/i.test(hex)) {
                bytes.push(parseInt(hex, 16));
                at += 2;
            } else {
                const char = String.fromCodePoint(spaced.codePointAt(at) ?? 0);
                bytes.push(...new TextEncoder().encode(char));
                at += char.length - 1;
            }
        }
        return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(bytes));
    }
}

const escape = (text: string): string => encodeURIComponent(text.toWellFormed());

function primitive(value: unknown): string {
    if (typeof value === 'string') return escape(value);
    if (typeof value === 'number') return Number.isFinite(value) ? escape(String(value)) : '';
    return typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : '';
}

export function stringify(fields: Record<string, unknown>): string {
    const pairs: string[] = [];
    for (const [key, value] of Object.entries(fields)) {
        for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) pairs.push(`${escape(key)}=${primitive(one)}`);
    }
    return pairs.join('&');
}
