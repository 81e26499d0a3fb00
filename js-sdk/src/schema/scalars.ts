// Texts, numbers and fixed values.
import { isPatternCheck, plainChecks } from './checks.ts';
import { literalPattern, portablePattern } from './pattern.ts';
import type { JSONSchema, ZodCheck, ZodNode } from './zod-node.ts';

/**
 * Texts that no pattern speaks about: with a character above U+FFFF, which JavaScript counts as two, or with U+FFFD,
 * which also stands for half of such a character once it is stored.
 */
const BEYOND_PATTERNS = '[^\\u0000-\\ufffc\\ufffe\\uffff]';

/** zod counts UTF-16 units, JSON Schema characters: `n` units are at least half as many characters. */
function minLength(units: unknown): JSONSchema {
    return typeof units === 'number' && Number.isFinite(units) && units > 0 ? { minLength: Math.ceil(units / 2) } : {};
}

function maxLength(units: unknown): JSONSchema {
    return typeof units === 'number' && Number.isFinite(units) && units >= 0 ? { maxLength: Math.floor(units) } : {};
}

function anchored(text: unknown, before: string, after: string): string | null {
    const pattern = typeof text === 'string' ? literalPattern(text) : null;
    return pattern === null ? null : `${before}${pattern}${after}`;
}

function patternOf(check: ZodCheck): string | null {
    const { def } = check._zod;
    switch (def.format) {
        case 'starts_with':
            return anchored(def.prefix, '^', '');
        case 'ends_with':
            return anchored(def.suffix, '', '$');
        case 'includes':
            return anchored(def.includes, '', '');
        default:
            return isPatternCheck(check) ? portablePattern(def.pattern as RegExp) : null;
    }
}

function withPatterns(patterns: string[]): JSONSchema {
    if (patterns.length === 0) {
        return {};
    }
    const all = patterns.map((pattern) => ({ pattern }));
    return { anyOf: [...(all.length === 1 ? all : [{ allOf: all }]), { pattern: BEYOND_PATTERNS }] };
}

function lengths(check: ZodCheck): JSONSchema {
    const { def } = check._zod;
    switch (def.check) {
        case 'min_length':
            return minLength(def.minimum);
        case 'max_length':
            return maxLength(def.maximum);
        case 'length_equals':
            return { ...minLength(def.length), ...maxLength(def.length) };
        default:
            return {};
    }
}

/** Of several bounds the tightest: a later check adds to an earlier one. */
export function tighten(schema: JSONSchema, bounds: JSONSchema): void {
    for (const [keyword, bound] of Object.entries(bounds)) {
        const known = schema[keyword];
        const tightest = keyword.startsWith('min') ? Math.max : Math.min;
        schema[keyword] = typeof known === 'number' ? tightest(known, bound as number) : bound;
    }
}

export function stringSchema(schema: ZodNode): JSONSchema {
    if (schema._zod.def.coerce) {
        return {};
    }
    const checks = plainChecks(schema);
    const json: JSONSchema = { type: 'string' };
    checks.forEach((check) => tighten(json, lengths(check)));
    const patterns = checks.map(patternOf).filter((pattern) => pattern !== null);
    return { ...json, ...withPatterns([...new Set(patterns)]) };
}

export function templateLiteralSchema(schema: ZodNode): JSONSchema {
    const pattern = schema._zod.pattern instanceof RegExp ? portablePattern(schema._zod.pattern) : null;
    return { type: 'string', ...withPatterns(pattern === null ? [] : [pattern]) };
}

/** zod's formats of whole numbers, and what they hold. */
const INTEGER_RANGES: Record<string, { minimum: number; maximum: number }> = {
    safeint: { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    int32: { minimum: -0x8000_0000, maximum: 0x7fff_ffff },
    uint32: { minimum: 0, maximum: 0xffff_ffff },
};

function integerRange(check: ZodCheck): JSONSchema | null {
    const { check: kind, format = '' } = check._zod.def;
    return kind === 'number_format' && Object.hasOwn(INTEGER_RANGES, format) ? (INTEGER_RANGES[format] ?? null) : null;
}

/**
 * Bounds only where both sides count exactly alike: whole numbers that a double holds. An exclusive bound is said as
 * an inclusive one: a number just beside it may be read as the bound itself.
 */
function bounds(check: ZodCheck): JSONSchema {
    const { check: kind, value } = check._zod.def;
    if (!Number.isSafeInteger(value)) {
        return integerRange(check) ?? {};
    }
    switch (kind) {
        case 'greater_than':
            return { minimum: value };
        case 'less_than':
            return { maximum: value };
        default:
            return {};
    }
}

export function numberSchema(schema: ZodNode): JSONSchema {
    if (schema._zod.def.coerce) {
        return {};
    }
    const checks = plainChecks(schema);
    const whole = checks.some((check) => integerRange(check) !== null);
    const json: JSONSchema = { type: whole ? 'integer' : 'number' };
    checks.forEach((check) => tighten(json, bounds(check)));
    return json;
}

/** `z.enum` and `z.literal`: the values in their JSON form. */
export function valuesSchema(schema: ZodNode): JSONSchema {
    const { values } = schema._zod;
    if (values === undefined) {
        return {};
    }
    const allowed: unknown[] = [];
    for (const value of values) {
        switch (typeof value) {
            case 'string':
                allowed.push(value.toWellFormed());
                break;
            case 'number':
                // NaN and the infinities become null.
                allowed.push(Number.isFinite(value) ? value : null);
                break;
            case 'boolean':
                allowed.push(value);
                break;
            case 'bigint':
                // JSON has no form of it, unless a function gave it one.
                return {};
            case 'object':
                allowed.push(null);
                break;
            default:
                // `undefined` and symbols vanish.
                break;
        }
    }
    const distinct = [...new Set(allowed)];
    return distinct.length === 0 ? { not: {} } : { enum: distinct };
}
