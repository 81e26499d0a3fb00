// `%s`, `%j` and the like. For these the formatter asks objects for their text, of any length, and copies it outside of V8's heap,
// where no limit of the run counts it. So objects are asked here, and what they say is cut.
import { boundedText } from '../json/bounded.ts';
import {
    ArrayPrototypePush,
    JSONStringify,
    StringConstructor,
    StringPrototypeCharCodeAt,
    StringPrototypeIncludes,
    StringPrototypeSlice,
    StringPrototypeSplit,
} from '../primordials.ts';

const PERCENT = 0x25;

/** What V8 says first of an object that holds itself. */
function circular(): string {
    const sample: Record<string, unknown> = { __proto__: null } as never;
    sample['a'] = sample;
    try {
        return JSONStringify(sample);
    } catch (thrown) {
        return firstLine(thrown);
    }
}

function firstLine(thrown: unknown): string {
    const { message } = thrown as { message: unknown };
    return typeof message === 'string' ? (StringPrototypeSplit(message, '\n')[0] as string) : '';
}

/** As the formatter would show it. */
function json(value: unknown): string {
    try {
        return StringConstructor(JSONStringify(value));
    } catch (thrown) {
        if (firstLine(thrown) === circular()) return '[Circular]';
        throw thrown;
    }
}

function isAsked(value: unknown): boolean {
    return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** The values, and in the place of those that their format asks for a text, this text, within so many units. Throws what they throw. */
export function asked(values: readonly unknown[], units: number): unknown[] {
    const told: unknown[] = [];
    for (let index = 0; index < values.length; index++) ArrayPrototypePush(told, values[index]);
    const { 0: first, length } = told;
    if (typeof first !== 'string' || length < 2 || !StringPrototypeIncludes(first, '%')) return told;
    const format = boundedText(first, units);
    let written = '';
    let from = 0;
    let next = 1;
    for (let index = 0; index + 1 < format.length && next < length; index++) {
        if (StringPrototypeCharCodeAt(format, index) !== PERCENT) continue;
        index++;
        const value = told[next];
        switch (format[index]) {
            case 's':
            case 'd':
            case 'i':
            case 'f':
                if (isAsked(value)) told[next] = boundedText(StringConstructor(value), units);
                next++;
                break;
            case 'j':
                if (isAsked(value) && typeof value !== 'function') {
                    told[next] = boundedText(json(value), units);
                    // What is text by now is shown as it is.
                    written += `${StringPrototypeSlice(format, from, index)}s`;
                    from = index + 1;
                }
                next++;
                break;
            case 'o':
            case 'O':
            case 'c':
                next++;
                break;
        }
    }
    told[0] = written + StringPrototypeSlice(format, from);
    return told;
}
