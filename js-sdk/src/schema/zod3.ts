// Schemas of zod 3, from a project that has it installed. They check in the isolate; their insides are read for one
// question only: whether what comes out of a schema may differ from what goes in.

interface Definition {
    typeName: string;
    /** Of a `ZodEffects`: `refinement`, `transform` or `preprocess`. */
    effect?: { type?: unknown };
    coerce?: unknown;
    [field: string]: unknown;
}

/** A schema of zod 3. */
export interface Zod3Schema {
    _def: Definition;
    safeParseAsync(
        value: unknown,
    ): Promise<{ success: true } | { success: false; error: { issues: { path: PropertyKey[]; message: string; code: string }[] } }>;
}

/** Whether `value` is a schema of zod 3. */
export function isZod3Schema(value: unknown): value is Zod3Schema {
    if (typeof value !== 'object' || value === null || !('_def' in value) || '_zod' in value) {
        return false;
    }
    const { _def, safeParseAsync } = value as { _def: { typeName?: unknown } | null; safeParseAsync?: unknown };
    return typeof _def?.typeName === 'string' && typeof safeParseAsync === 'function';
}

/** More nodes than this count as a schema that transforms, as for zod 4. */
const MAX_NODES = 10_000;

function changes({ typeName, effect, coerce }: Definition): boolean {
    switch (typeName) {
        case 'ZodPipeline':
        case 'ZodCatch':
            return true;
        case 'ZodEffects':
            return effect?.type !== 'refinement';
        default:
            return coerce === true;
    }
}

/** The schemas inside a schema: in its definition, in a list or a shape there, or behind a function that gives them. */
function partsOf({ _def }: Zod3Schema): Zod3Schema[] {
    const parts: unknown[] = [];
    for (const key of ['shape', 'getter']) {
        const give = _def[key];
        if (typeof give === 'function') {
            const given: unknown = (give as () => unknown)();
            parts.push(given, ...Object.values(given as object));
        }
    }
    for (const value of Object.values(_def)) {
        const isList = typeof value === 'object' && value !== null && !isZod3Schema(value);
        parts.push(...(isList ? Object.values(value) : [value]));
    }
    return parts.filter(isZod3Schema);
}

/** Whether a part of `schema` transforms. A schema that cannot be read counts as one that does. */
export function transformsInZod3(schema: Zod3Schema): boolean {
    const seen = new Set<Zod3Schema>([schema]);
    try {
        for (const node of seen) {
            if (changes(node._def) || seen.size > MAX_NODES) {
                return true;
            }
            // A set goes on with what is added while it is walked.
            partsOf(node).forEach((part) => seen.add(part));
        }
        return false;
    } catch {
        return true;
    }
}
