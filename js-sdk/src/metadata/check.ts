// zod's check of metadata, in the isolate. It sees the value itself: a `Date` is a `Date` here, text in the store.
import type { ZodType } from 'zod';

import type { Violation } from '../ops.ts';
import { ArrayPrototypeMap, StringConstructor } from '../primordials.ts';
import { zod } from '../schema/zod.ts';
import { isZod3Schema, type Zod3Schema } from '../schema/zod3.ts';

/** A schema that a function may declare: of zod 4, or of the zod 3 that its project has. */
export type DeclaredSchema = ZodType | Zod3Schema;

/** The schema that a function declares; null for none, and for `z.void()`: no check. */
export type MetadataSchema = DeclaredSchema | null;

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
    const result = isZod3Schema(schema) ? await schema.safeParseAsync(value) : await zod().safeParseAsync(schema, value);
    return result.success ? [] : ArrayPrototypeMap(result.error.issues as readonly Issue[], toViolation);
}

/** Whether `value` is a schema of zod 4. */
export function isZod4Schema(value: unknown): value is ZodType {
    if (typeof value !== 'object' || value === null || !('_zod' in value)) {
        return false;
    }
    const internals = value._zod as { run?: unknown; def?: { type?: unknown } } | null | undefined;
    return typeof internals?.run === 'function' && typeof internals.def?.type === 'string';
}

/** Whether `value` is a schema of zod. */
export function isZodSchema(value: unknown): value is DeclaredSchema {
    return isZod4Schema(value) || isZod3Schema(value);
}

/** The schema of a definition: null where there is none to check against. */
export function schemaOf(declared: unknown): MetadataSchema {
    if (isZod4Schema(declared)) {
        return declared._zod.def.type === 'void' ? null : declared;
    }
    return isZod3Schema(declared) && declared._def.typeName !== 'ZodVoid' ? declared : null;
}
