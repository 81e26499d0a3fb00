// From a JavaScript regular expression to one that means the same to Rust's linear-time engine, or to null.
//
// Only a subset is taken: no lookaround, no back-references, no word boundaries, no properties, no flags that change
// the meaning. Each part is written out in the way both sides read alike: `\d` as `[0-9]`, every character that is
// not an ASCII letter or digit as `\uXXXX`. The result speaks of characters up to U+FFFF; the schema lets every text
// with another character pass, because JavaScript sees such a character as two.
import { parseClass, parseClassEscape } from './pattern-class.ts';
import { Cursor, literal, NotPortable, readEscape } from './pattern-cursor.ts';

/** Counted repetitions are unrolled by the engine: this many atoms at most. */
const MAX_ATOMS = 2_000;
const MAX_SOURCE_LENGTH = 2_000;
const MAX_GROUP_DEPTH = 50;
const SYNTAX = '^$\\.*+?()[]{}|/';
/** JavaScript's `.`: everything but line ends. */
const ANY = '[^\\u000a\\u000d\\u2028\\u2029]';
/** Flags that do not change what matches: `test` is called with `lastIndex` 0. */
const HARMLESS_FLAGS = /^[dgu]*$/;

/** A part of the translation, and how many atoms it becomes. */
interface Part {
    text: string;
    atoms: number;
    /** An assertion takes no quantifier. */
    quantifiable: boolean;
}

function bounded(atoms: number): number {
    if (atoms > MAX_ATOMS) {
        throw new NotPortable();
    }
    return atoms;
}

function parseGroup(cursor: Cursor, depth: number): Part {
    if (cursor.take('?')) {
        if (cursor.take('<')) {
            // A named group; `(?<=` and `(?<!` do not look like a name.
            while (!cursor.take('>')) {
                const unit = cursor.next();
                if (!/[A-Za-z0-9_$]/.test(unit)) {
                    throw new NotPortable();
                }
            }
        } else if (!cursor.take(':')) {
            throw new NotPortable();
        }
    }
    const { text, atoms } = parseAlternatives(cursor, depth + 1);
    cursor.expect(')');
    return { text: `(?:${text})`, atoms, quantifiable: true };
}

function parseEscape(cursor: Cursor): Part {
    const set = parseClassEscape(cursor);
    return { text: set === null ? literal(readEscape(cursor)) : `[${set}]`, atoms: 1, quantifiable: true };
}

function parseAtom(cursor: Cursor, depth: number): Part {
    const unit = cursor.next();
    switch (unit) {
        case '^':
        case '$':
            return { text: unit, atoms: 1, quantifiable: false };
        case '.':
            return { text: ANY, atoms: 1, quantifiable: true };
        case '(':
            return parseGroup(cursor, depth);
        case '[':
            return { text: parseClass(cursor), atoms: 1, quantifiable: true };
        case '\\':
            return parseEscape(cursor);
        default:
            if (SYNTAX.includes(unit) && unit !== '/') {
                throw new NotPortable();
            }
            return { text: literal(unit.charCodeAt(0)), atoms: 1, quantifiable: true };
    }
}

function readNumber(cursor: Cursor): number | null {
    let digits = '';
    while (/[0-9]/.test(cursor.peek())) {
        digits += cursor.next();
    }
    return digits === '' ? null : Number(digits);
}

function parseCount(cursor: Cursor): { text: string; times: number } {
    const least = readNumber(cursor);
    if (least === null) {
        throw new NotPortable();
    }
    const open = cursor.take(',');
    const most = open ? readNumber(cursor) : least;
    cursor.expect('}');
    if (most !== null && most < least) {
        throw new NotPortable();
    }
    const range = open ? `${least},${most ?? ''}` : `${least}`;
    return { text: `{${range}}`, times: Math.max(least, most ?? 0, 1) };
}

function parseQuantifier(cursor: Cursor): { text: string; times: number } | null {
    let quantifier = null;
    if (cursor.take('*')) {
        quantifier = { text: '*', times: 1 };
    } else if (cursor.take('+')) {
        quantifier = { text: '+', times: 1 };
    } else if (cursor.take('?')) {
        quantifier = { text: '?', times: 1 };
    } else if (cursor.take('{')) {
        quantifier = parseCount(cursor);
    }
    if (quantifier !== null) {
        // Lazy or greedy: the same texts match.
        cursor.take('?');
    }
    return quantifier;
}

function parseSequence(cursor: Cursor, depth: number): { text: string; atoms: number } {
    let text = '';
    let atoms = 0;
    while (!cursor.atEnd() && cursor.peek() !== '|' && cursor.peek() !== ')') {
        const part = parseAtom(cursor, depth);
        const quantifier = parseQuantifier(cursor);
        if (quantifier !== null && !part.quantifiable) {
            throw new NotPortable();
        }
        text += part.text + (quantifier?.text ?? '');
        atoms = bounded(atoms + part.atoms * (quantifier?.times ?? 1));
    }
    return { text, atoms };
}

function parseAlternatives(cursor: Cursor, depth: number): { text: string; atoms: number } {
    if (depth > MAX_GROUP_DEPTH) {
        throw new NotPortable();
    }
    let { text, atoms } = parseSequence(cursor, depth);
    while (cursor.take('|')) {
        const next = parseSequence(cursor, depth);
        text += `|${next.text}`;
        atoms = bounded(atoms + next.atoms);
    }
    return { text, atoms };
}

/** Whether this is a plain RegExp: one whose `exec` or `test` was replaced may mean anything. */
function isPlain(regex: RegExp): boolean {
    return Object.getPrototypeOf(regex) === RegExp.prototype && !Object.hasOwn(regex, 'test') && !Object.hasOwn(regex, 'exec');
}

/** The same pattern for both sides, or null where there is none. */
export function portablePattern(regex: RegExp): string | null {
    if (!isPlain(regex) || !HARMLESS_FLAGS.test(regex.flags) || regex.source.length > MAX_SOURCE_LENGTH) {
        return null;
    }
    const cursor = new Cursor(regex.source);
    try {
        const { text } = parseAlternatives(cursor, 0);
        return cursor.atEnd() ? text : null;
    } catch (thrown) {
        if (thrown instanceof NotPortable) {
            return null;
        }
        throw thrown;
    }
}

/** `text` as a pattern that matches exactly it; null where it holds characters above U+FFFF. */
export function literalPattern(text: string): string | null {
    let pattern = '';
    for (let index = 0; index < text.length; index++) {
        const unit = text.charCodeAt(index);
        if (unit >= 0xd800 && unit <= 0xdfff) {
            return null;
        }
        pattern += literal(unit);
    }
    return pattern.length > MAX_SOURCE_LENGTH ? null : pattern;
}
