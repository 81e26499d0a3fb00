// What the conversion reads of a zod schema.

/** A check of a schema: `min(3)`, `regex(…)`, … */
export interface ZodCheck {
    _zod: {
        def: {
            check: string;
            format?: string;
            pattern?: unknown;
            when?: unknown;
            fn?: unknown;
            type?: string;
            value?: unknown;
            inclusive?: boolean;
            minimum?: number;
            maximum?: number;
            length?: number;
            prefix?: string;
            suffix?: string;
            includes?: string;
        };
        traits?: ReadonlySet<string>;
    };
}

/** A schema. */
export interface ZodNode {
    _zod: {
        def: {
            type: string;
            coerce?: boolean;
            checks?: ZodCheck[];
            shape?: Record<string, ZodNode>;
            catchall?: ZodNode;
            element?: ZodNode;
            items?: ZodNode[];
            rest?: ZodNode | null;
            options?: ZodNode[];
            left?: ZodNode;
            right?: ZodNode;
            in?: ZodNode;
            innerType?: ZodNode;
            mode?: string;
        };
        traits: ReadonlySet<string>;
        /** Of the zod that made it. */
        version?: { major: number; minor: number };
        values?: ReadonlySet<unknown>;
        pattern?: RegExp;
        optout?: string;
        toJSONSchema?: unknown;
    };
}

/** A JSON Schema, or a part of one. */
export type JSONSchema = { [keyword: string]: unknown };

/** The checks of a schema in the order in which zod runs them; a format such as `z.email()` is its own first. */
export function checksOf(schema: ZodNode): ZodCheck[] {
    const checks = schema._zod.def.checks ?? [];
    return schema._zod.traits.has('$ZodCheck') ? [schema as unknown as ZodCheck, ...checks] : [...checks];
}
