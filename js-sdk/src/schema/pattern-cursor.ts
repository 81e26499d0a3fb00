// Reading a regular expression's source, unit by unit.

/** The pattern cannot be said in the other engine's words. */
export class NotPortable extends Error {}

export class Cursor {
    readonly #source: string;
    #at = 0;

    constructor(source: string) {
        this.#source = source;
    }

    atEnd(): boolean {
        return this.#at >= this.#source.length;
    }

    /** The next unit, or `''` at the end. */
    peek(): string {
        return this.#source.charAt(this.#at);
    }

    next(): string {
        if (this.atEnd()) {
            throw new NotPortable();
        }
        return this.#source.charAt(this.#at++);
    }

    take(unit: string): boolean {
        const found = this.peek() === unit;
        this.#at += found ? 1 : 0;
        return found;
    }

    expect(unit: string): void {
        if (!this.take(unit)) {
            throw new NotPortable();
        }
    }
}

/** A character as both engines read it. */
export function literal(unit: number): string {
    if (unit >= 0xd800 && unit <= 0xdfff) {
        throw new NotPortable();
    }
    const character = String.fromCharCode(unit);
    return /[A-Za-z0-9]/.test(character) ? character : `\\u${unit.toString(16).padStart(4, '0')}`;
}

const CONTROLS: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

function readHex(cursor: Cursor, length: number): number {
    let digits = '';
    while (digits.length < length) {
        digits += cursor.next();
    }
    if (!/^[0-9a-fA-F]+$/.test(digits)) {
        throw new NotPortable();
    }
    return parseInt(digits, 16);
}

/** The character of an escape, whose backslash is read. Letters that mean something else are not portable. */
export function readEscape(cursor: Cursor): number {
    const unit = cursor.next();
    const control = Object.hasOwn(CONTROLS, unit) ? CONTROLS[unit] : undefined;
    if (control !== undefined) {
        return control;
    }
    if (unit === 'x' || unit === 'u') {
        return readHex(cursor, unit === 'x' ? 2 : 4);
    }
    if (/[A-Za-z0-9]/.test(unit)) {
        throw new NotPortable();
    }
    return unit.charCodeAt(0);
}
