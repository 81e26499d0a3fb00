import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { literalPattern, portablePattern } from '../src/schema/pattern.ts';

test('what both engines read alike is translated', () => {
    const translations: [RegExp, string][] = [
        [/^a$/, '^a$'],
        [/\d\D/, '[0-9][\\u0000-\\u002f\\u003a-\\uffff]'],
        [/\w/, '[0-9A-Z\\u005fa-z]'],
        [/./, '[^\\u000a\\u000d\\u2028\\u2029]'],
        [/(a|b)+?/, '(?:a|b)+'],
        [/(?<year>\d{4})/, '(?:[0-9]{4})'],
        [/[\w.-]{2,}/, '[0-9A-Z\\u005fa-z\\u002e\\u002d]{2,}'],
        [/[^a-f\d]/, '[^a-f0-9]'],
        [/\x41\u00e9\/\t/, 'A\\u00e9\\u002f\\u0009'],
        [/a/g, 'a'],
    ];
    for (const [regex, pattern] of translations) {
        assert.equal(portablePattern(regex), pattern);
    }
});

test('what they read differently is left out', () => {
    const left = [/a/i, /^a$/m, /./s, /a/y, /[a]/v, /(?=a)/, /(?<!a)b/, /(a)\1/, /\bx/, /\p{L}/u, /\u{1F600}/u, /😀/, /[]/, /[^]/, /\cA/, /[\d-x]/, /\0/];
    for (const regex of left) {
        assert.equal(portablePattern(regex), null, String(regex));
    }
});

test('a pattern that would be unrolled without end is left out', () => {
    assert.equal(portablePattern(/^(?:a{100}){100}$/), null);
    assert.equal(portablePattern(new RegExp('a'.repeat(3_000))), null);
    assert.equal(portablePattern(new RegExp(`${'('.repeat(100)}a${')'.repeat(100)}`)), null);
    assert.notEqual(portablePattern(/^[0-9a-f]{128}$/), null);
});

test('a RegExp that answers otherwise is left out', () => {
    class Odd extends RegExp {
        override test() {
            return true;
        }
    }
    assert.equal(portablePattern(new Odd('a')), null);
    assert.equal(portablePattern(Object.assign(/a/, { exec: () => null })), null);
});

const unit = fc.constantFrom('a', 'b', 'Z', '0', '9', '_', '-', '.', ' ', '\n', '\u2028', '\u00a0', 'é', '٣', '&', '[', ']', '\ufeff');
const text = fc.string({ unit, maxLength: 6 });

test('a translation matches the same texts', () => {
    const part = fc.constantFrom('a', 'b?', '.', '\\d', '\\D*', '\\w+', '\\W', '\\s', '\\S{1,2}', '[^a]', '[a-z&&]', '[.-]', '(?:a|-)', '(b*)', '^', '$', '|', '\\.', '\\-', '[\\s\\S]');
    const source = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    let translated = 0;
    fc.assert(
        fc.property(source, fc.array(text, { minLength: 20, maxLength: 20 }), (made, texts) => {
            const regex = new RegExp(made);
            const pattern = portablePattern(regex);
            if (pattern === null) {
                return;
            }
            translated += 1;
            const other = new RegExp(pattern, 'u');
            for (const candidate of texts) {
                assert.equal(other.test(candidate), regex.test(candidate), `${regex} and ${other} on ${JSON.stringify(candidate)}`);
            }
        }),
        { seed: 1, numRuns: 1_000 },
    );
    assert.ok(translated > 900, `only ${translated} were translated`);
});

test('a literal pattern matches its text only', () => {
    fc.assert(
        fc.property(text, text, (literal, other) => {
            const regex = new RegExp(`^${literalPattern(literal)}$`, 'u');
            return regex.test(literal) && regex.test(other) === (literal === other);
        }),
        { seed: 2 },
    );
    assert.equal(literalPattern('😀'), null);
});
