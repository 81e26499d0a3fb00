// JSON text that Rust can read. JavaScript strings may hold half of a surrogate pair, UTF-8 cannot:
// JSON.stringify writes such a half as an escape, which is replaced by U+FFFD as toWellFormed() would.
import { JSONStringify, StringPrototypeIncludes } from '../primordials.ts';

const LONE_SURROGATE = /\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|[^])/g;
const replace = uncurry(String.prototype.replace);

function uncurry(method: (pattern: RegExp, replacer: (found: string) => string) => string) {
    return (text: string, pattern: RegExp, replacer: (found: string) => string): string =>
        Reflect.apply(method, text, [pattern, replacer]);
}

/** As `JSON.stringify`, without lone surrogates. `undefined` where JSON has no form of `value`. */
export function toJSONText(value: unknown): string | undefined {
    return wellFormed(JSONStringify(value) as string | undefined);
}

/** JSON text without lone surrogates. */
export function wellFormed(text: string | undefined): string | undefined {
    if (text === undefined || !StringPrototypeIncludes(text, '\\ud')) {
        return text;
    }
    // The second branch of the pattern eats every other escape, `\\` included, so that `\\ud800` stays text.
    return replace(text, LONE_SURROGATE, (found) => (found.length === 6 ? '\ufffd' : found));
}
