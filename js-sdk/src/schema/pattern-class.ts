// Character classes: `[a-z_]`, `\d`, `\s` and so on, written out as ranges.
import { type Cursor, literal, NotPortable, readEscape } from './pattern-cursor.ts';

type Range = [number, number];

const LAST = 0xffff;
const DIGITS: Range[] = [[0x30, 0x39]];
const WORD: Range[] = [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
];
/** JavaScript's white space and line ends; Rust's own `\s` is another set. */
const SPACE: Range[] = [
    [0x09, 0x0d],
    [0x20, 0x20],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
];

/** Everything else; `ranges` is in order. */
function complement(ranges: Range[]): Range[] {
    const rest: Range[] = [];
    let from = 0;
    for (const [first, last] of ranges) {
        if (first > from) {
            rest.push([from, first - 1]);
        }
        from = last + 1;
    }
    rest.push([from, LAST]);
    return rest;
}

const ESCAPES: Record<string, Range[]> = {
    d: DIGITS,
    D: complement(DIGITS),
    w: WORD,
    W: complement(WORD),
    s: SPACE,
    S: complement(SPACE),
};

function rangeText([first, last]: Range): string {
    return first === last ? literal(first) : `${literal(first)}-${literal(last)}`;
}

/** The set of `\d` and its like, whose backslash is read; null (and nothing read) for another escape. */
export function parseClassEscape(cursor: Cursor): string | null {
    const ranges = Object.hasOwn(ESCAPES, cursor.peek()) ? ESCAPES[cursor.peek()] : undefined;
    if (ranges === undefined) {
        return null;
    }
    cursor.next();
    return ranges.map(rangeText).join('');
}

/** One character of a class, or the text of a set such as `\d`. */
function parseMember(cursor: Cursor): number | string {
    const unit = cursor.next();
    if (unit !== '\\') {
        return unit.charCodeAt(0);
    }
    return parseClassEscape(cursor) ?? readEscape(cursor);
}

/** A class, whose `[` is read. */
export function parseClass(cursor: Cursor): string {
    const negated = cursor.take('^');
    let members = '';
    while (!cursor.take(']')) {
        const first = parseMember(cursor);
        if (!cursor.take('-')) {
            members += typeof first === 'string' ? first : literal(first);
            continue;
        }
        if (cursor.peek() === ']') {
            members += (typeof first === 'string' ? first : literal(first)) + literal(0x2d);
            continue;
        }
        const last = parseMember(cursor);
        if (typeof first === 'string' || typeof last === 'string' || last < first) {
            throw new NotPortable();
        }
        members += rangeText([first, last]);
    }
    if (members === '') {
        // `[]` matches nothing and `[^]` everything: rare, and said differently elsewhere.
        throw new NotPortable();
    }
    return `[${negated ? '^' : ''}${members}]`;
}
