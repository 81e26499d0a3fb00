// zod's check of metadata, in the isolate. It sees the value itself: a `Date` is a `Date` here, text in the store.
import { safeParseAsync, type ZodType } from 'zod';

import type { Violation } from '../ops.ts';
import { ArrayPrototypeMap, StringConstructor } from '../primordials.ts';

/** The schema that a function declares; null for none, and for `z.void()`: no check. */
export type MetadataSchema = ZodType | null;

interface Issue {
    path: readonly PropertyKey[];
    message: string;
    code?: string;
}

/** One of zod's issues, as it crosses to the engine. */
export function toViolation({ path, message, code }: Issue): Violation {
    return {
        path: ArrayPrototypeMap(path, (step) => (typeof step === 'number' ? step : StringConstructor(step))),
        message,
        code: code ?? 'custom',
    };
}

/** What `schema` finds wrong with `value`. zod's own result is not used: nothing is stripped or transformed. */
export async function violationsOf(schema: MetadataSchema, value: unknown): Promise<Violation[]> {
    if (schema === null) {
        return [];
    }
    const result = await safeParseAsync(schema, value);
    return result.success ? [] : ArrayPrototypeMap(result.error.issues as readonly Issue[], toViolation);
}

/** Whether `value` is a zod 4 schema. */
export function isZodSchema(value: unknown): value is ZodType {
    if (typeof value !== 'object' || value === null || !('_zod' in value)) {
        return false;
    }
    const internals = value._zod as { run?: unknown; def?: { type?: unknown } } | null | undefined;
    return typeof internals?.run === 'function' && typeof internals.def?.type === 'string';
}

/** The schema of a definition: null where there is none to check against. */
export function schemaOf(metadata: unknown): MetadataSchema {
    if (!isZodSchema(metadata)) {
        return null;
    }
    return metadata._zod.def.type === 'void' ? null : metadata;
}
