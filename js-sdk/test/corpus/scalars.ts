// Schemas without parts: texts, numbers, fixed values, and everything that JSON has no form of.
import fc from 'fast-check';
import * as z from 'zod';

import { node, type NodeArbitrary } from './node.ts';

/** Texts with what UTF-16 and UTF-8 count differently, and with half of a pair. */
const unit = fc.constantFrom('a', 'b', 'Z', '5', ' ', '\n', '_', '-', '.', 'é', 'İ', '\u2028', '\ufeff', '\ufffd', '😀', '\ud83d', '\udc00', '٣');
export const text = fc.string({ unit, maxLength: 8 });
const shortText = fc.string({ unit, maxLength: 3 });

const PATTERNS = [
    /^[a-z]+$/,
    /^\d+$/,
    /\D/,
    /^\w{2,}$/,
    /\W/,
    /\s/,
    /^\S*$/,
    /^.$/,
    /^..$/,
    /a|b/,
    /^(?:ab?)*$/,
    /^[^a]$/,
    /[^\d]/,
    /^(?<first>a)b*$/,
    /^a.c$/s,
    /^abc$/i,
    /^a$/m,
    /\bab\b/,
    /^(a)\1$/,
    /^(?=a)/,
    /^(?!a)/,
    /^\u{1F600}$/u,
    /^\p{L}+$/u,
    /^[😀]$/,
    /^😀?$/,
    /[\x00-\x1f]/,
    /^[\w.-]+$/,
    /[a&&b]/,
    /[[:alpha:]]/,
    /^[\s\S]{0,3}$/,
    /\u00e9/,
    /^$/,
    /$^/,
    /^[]$/,
    /^[^]$/,
    /\//,
    /^a{2}$/g,
    /[\d-x]/,
    /\cA/,
    /^(?:[a-z]{1,40}){1,40}$/,
];

const strings: NodeArbitrary[] = [
    node(z.string(), text),
    ...PATTERNS.map((pattern) => node(z.string().regex(pattern), text, shortText, 'ab', 'abc', 'a\nc', 'aa', '12', 'ABC')),
    fc.nat(4).chain((length) => node(z.string().min(length), text)),
    fc.nat(4).chain((length) => node(z.string().max(length), text)),
    fc.nat(4).chain((length) => node(z.string().length(length), text)),
    node(z.string().min(-1).max(6.5), text),
    shortText.chain((part) => node(z.string().startsWith(part), text.map((rest) => part + rest))),
    shortText.chain((part) => node(z.string().endsWith(part), text.map((rest) => rest + part))),
    shortText.chain((part) => node(z.string().includes(part), fc.tuple(text, text).map((rest) => rest.join(part)))),
    node(z.string().includes('a', { position: 2 }), text),
    node(z.string().trim().min(2), text),
    node(z.string().min(2).trim(), text),
    node(z.string().trim().regex(/^[a-z]*$/), ' ab ', text),
    node(z.string().toLowerCase().max(3), 'İİ', text),
    node(z.string().toUpperCase().regex(/^[A-Z]+$/), 'ab', 'ß', text),
    node(z.string().normalize().length(1), 'e\u0301', text),
    node(z.string().overwrite((value) => `${value}xxxx`).min(4), text),
    node(z.string().superRefine((_value, context) => void (context.value = 'long enough')).min(5), text),
    node(z.string().refine((value) => value.length < 5).min(1), text),
    node(z.string().lowercase(), text),
    node(z.string().uppercase(), text),
    node(z.string().min(5, { when: () => false } as never), text),
    node(z.string().regex(/^q$/, { when: () => false } as never), text),
    node(z.string().check((payload) => void (payload.value = 'abcdef')).regex(/^abcdef$/), text),
];

const formats: NodeArbitrary[] = [
    node(z.uuid(), fc.uuid()),
    node(z.guid(), fc.uuid()),
    node(z.email(), fc.emailAddress(), 'a@b.co'),
    node(z.url(), fc.webUrl(), ' https://example.com ', 'HTTP://EXAMPLE.COM'),
    node(z.url().startsWith('https'), ' https://example.com'),
    node(z.ipv4(), fc.ipV4()),
    node(z.ipv6(), fc.ipV6(), '::1'),
    node(z.cidrv4(), '10.0.0.0/8'),
    node(z.cidrv6(), '::/0', 'fe80::/10', '1:2:3:4:5:6:7:8/1'),
    node(z.base64(), fc.base64String(), 'YW\nJj', 'YQ =', ' YQ='),
    node(z.base64url(), 'YQ', 'YWI'),
    node(z.iso.datetime(), '2026-01-02T03:04:05Z', '2026-01-02T03:04Z'),
    node(z.iso.datetime({ offset: true, local: true }), '2026-01-02T03:04:05.123+01:00', '2026-01-02T03:04:05'),
    node(z.iso.date(), '2024-02-29', '2026-12-31'),
    node(z.iso.time(), '03:04', '03:04:05.6'),
    node(z.iso.duration(), 'P1DT2H', 'P3W'),
    node(z.nanoid(), 'V1StGXR8_Z5jdHi6B-myT'),
    node(z.cuid(), 'cjld2cjxh0000qzrmn831i7rn'),
    node(z.cuid2(), 'tz4a98xxat96iws9zmbrgj3a'),
    node(z.ulid(), '01ARZ3NDEKTSV4RRFFQ69G5FAV'),
    node(z.e164(), '+14155552671'),
    node(z.mac(), '00:1a:2b:3c:4d:5e', '00:1A:2B:3C:4D:5E'),
    node(z.emoji(), '😀', '5'),
    node(z.jwt(), 'eyJhbGciOiJIUzI1NiJ9.e30.x'),
    node(z.hostname(), 'example.com'),
    node(z.hex(), 'c0ffee'),
    node(z.hash('sha256'), 'a'.repeat(64)),
    node(z.stringFormat('uuid', () => true), text),
    node(z.stringFormat('digits', /^\d+$/), '123'),
];

const numeric = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.constantFrom(0, -0, 1, 0.1, 0.30000000000000004, 2 ** 53, 2 ** 53 - 1, 1e300, 5e-324, Number.MAX_VALUE, NaN, Infinity),
);

const numbers: NodeArbitrary[] = [
    node(z.number(), numeric),
    node(z.int(), numeric),
    node(z.int32(), numeric),
    node(z.uint32(), numeric),
    node(z.float32(), numeric),
    node(z.float64(), numeric),
    node(z.number().positive(), numeric),
    node(z.number().negative(), numeric),
    node(z.number().gt(1).lte(1e9), numeric),
    node(z.number().min(0.1), numeric),
    node(z.number().gt(0.1).lt(0.4), 0.30000000000000004, 0.10000000000000002),
    node(z.number().multipleOf(0.1), 0.3, 0.7, 1.1, numeric),
    node(z.number().multipleOf(3).int(), fc.integer().map((value) => value * 3)),
    node(z.number().max(2 ** 60), numeric),
    node(z.number().overwrite((value) => value + 10).min(5), numeric),
    node(z.int().min(1).min(3).max(20).max(10), fc.integer({ min: 0, max: 12 })),
];

enum Colour {
    Red,
    Green = 'green',
}

const anything = fc.constantFrom<unknown>(null, undefined, 0, NaN, '', 'x', true, Symbol.iterator, () => 1, [undefined], { a: undefined });

const values: NodeArbitrary[] = [
    node(z.boolean(), fc.boolean()),
    node(z.null(), null),
    node(z.undefined(), undefined),
    node(z.void(), undefined),
    node(z.nan(), NaN),
    node(z.any(), anything),
    node(z.unknown(), anything),
    node(z.never(), undefined),
    node(z.date(), fc.date({ noInvalidDate: true })),
    node(z.date().min(new Date(0)), fc.date()),
    node(z.symbol(), Symbol.iterator),
    node(z.function(), () => 1),
    node(z.literal('a'), 'a'),
    node(z.literal(['a', 1, true, null, undefined]), 'a', 1, true, null, undefined),
    node(z.literal([NaN, Infinity, -0]), NaN, Infinity, 0, -0),
    node(z.literal(['\ud800', '\ufffd']), '\ud800', '\ufffd'),
    node(z.literal(undefined), undefined),
    node(z.literal([1n, 'x']), 'x'),
    node(z.enum(['a', 'b']), 'a', 'b', 'c'),
    node(z.enum(Colour), Colour.Red, Colour.Green, 'Red'),
    node(z.templateLiteral(['a', z.number(), z.enum(['x', 'y'])]), 'a1x', 'a-2.5y'),
    node(z.templateLiteral([z.string().min(1), '-', z.int()]), 'q-1', '😀-5', 'é-7'),
    node(z.stringbool(), 'true', 'NO', 'maybe'),
    node(z.custom((value) => value !== 5), anything),
    node(z.instanceof(Date), fc.date()),
    node(z.json(), fc.jsonValue()),
];

const coerced: NodeArbitrary[] = [
    node(z.coerce.string(), anything.filter((value) => typeof value !== 'symbol')),
    node(z.coerce.string().min(3), 12345, true, null, text),
    node(z.coerce.number(), '5', true, null, [], numeric),
    node(z.coerce.number().int().min(3), '7', [9]),
    node(z.coerce.boolean(), anything),
    node(z.coerce.date(), 0, '2026-01-02', null),
    node(z.coerce.bigint(), '5', 7, true),
];

export const scalar: NodeArbitrary = fc.oneof(
    { arbitrary: fc.oneof(...strings), weight: 4 },
    { arbitrary: fc.oneof(...formats), weight: 2 },
    { arbitrary: fc.oneof(...numbers), weight: 3 },
    { arbitrary: fc.oneof(...values), weight: 4 },
    { arbitrary: fc.oneof(...coerced), weight: 1 },
);
