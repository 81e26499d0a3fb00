// Which checks of a schema may be said in JSON Schema too.
import { checksOf, type ZodCheck, type ZodNode } from './zod-node.ts';
import { zod } from './zod.ts';

/** Checks that only look. Every other may change the value: what comes after it sees another one. */
const PURE = new Set([
    'greater_than',
    'less_than',
    'multiple_of',
    'number_format',
    'min_length',
    'max_length',
    'length_equals',
]);
/** Formats whose check is exactly `pattern.test(value)`. The others do more, or change the value, as `url` does. */
const PATTERN_FORMATS = new Set([
    'regex',
    'lowercase',
    'uppercase',
    'guid',
    'uuid',
    'email',
    'emoji',
    'nanoid',
    'cuid',
    'cuid2',
    'ulid',
    'xid',
    'ksuid',
    'datetime',
    'date',
    'time',
    'duration',
    'ipv4',
    'mac',
    'cidrv4',
    'e164',
]);
/** Formats that only look, by other means than a pattern. */
const LOOKING_FORMATS = new Set(['ipv6', 'cidrv6', 'base64', 'base64url', 'jwt', 'includes', 'starts_with', 'ends_with']);

/** zod gives length checks a condition of its own; an author's condition may let everything pass. */
let ownCondition: string | undefined;

export function isPatternCheck(check: ZodCheck): boolean {
    const { def, traits } = check._zod;
    return (
        def.check === 'string_format' &&
        PATTERN_FORMATS.has(def.format ?? '') &&
        !traits?.has('$ZodCustomStringFormat') &&
        def.pattern instanceof RegExp
    );
}

function onlyLooks(check: ZodCheck): boolean {
    const { def } = check._zod;
    if (def.check === 'string_format') {
        return isPatternCheck(check) || LOOKING_FORMATS.has(def.format ?? '');
    }
    // `refine` cannot change the value; `superRefine` and `check` can, and have no `fn`.
    return PURE.has(def.check) || (def.check === 'custom' && typeof def.fn === 'function');
}

function isConditional(check: ZodCheck): boolean {
    const { when } = check._zod.def;
    ownCondition ??= String(zod().string().min(1)._zod.def.checks?.[0]?._zod.def.when);
    return when !== undefined && String(when) !== ownCondition;
}

/** The checks that see the value as it was given, and always. */
export function plainChecks(schema: ZodNode): ZodCheck[] {
    const checks = checksOf(schema);
    const barrier = checks.findIndex((check) => !onlyLooks(check));
    return checks.slice(0, barrier === -1 ? undefined : barrier).filter((check) => !isConditional(check));
}
