// What a function's module says about itself, for the engine: checked, and as JSON text.
import { trustedJSONText } from '../json/trusted.ts';
import { schemaOf } from '../metadata/check.ts';
import type { Description } from '../ops.ts';
import type { JSONSchema, ZodNode } from '../schema/zod-node.ts';
import { toWidenedJSONSchema, type SchemaSide } from '../schema/json-schema.ts';
import { isPlain } from '../schema/plain.ts';
import { isZod3Schema } from '../schema/zod3.ts';
import { definitionOf, DefinitionProblem } from './definition.ts';

function problem(code: string, message: string): Description {
    return { ok: null, problem: { code, message } };
}

function jsonSchemaOf(declared: unknown, side: SchemaSide): JSONSchema | null {
    const schema = schemaOf(declared);
    if (schema === null) {
        return null;
    }
    // zod 3 has no JSON Schema of its own: it checks alone, in the isolate.
    return isZod3Schema(schema) ? {} : toWidenedJSONSchema(schema, side);
}

function descriptionOf(namespace: unknown): Description {
    const definition = definitionOf(namespace);
    const { description } = definition;
    const metadata = jsonSchemaOf(definition.metadata, 'input');
    if (definition.type === 'onEvent') {
        return { ok: { type: 'onEvent', event: definition.event, description, metadata }, problem: null };
    }
    const input = jsonSchemaOf(definition.input, 'input');
    const output = jsonSchemaOf(definition.output, 'output');
    return { ok: { type: 'action', description, metadata, input, output }, problem: null };
}

/** The text of a problem, where an export is nested too deeply to be written as JSON. */
const UNREADABLE =
    '{"ok":null,"problem":{"code":"invalid_default_export","message":"the default export could not be read"}}';

function describeThrown(thrown: unknown): Description {
    if (thrown instanceof DefinitionProblem) {
        return problem(thrown.code, thrown.message);
    }
    return problem('invalid_default_export', 'the default export could not be read: reading it threw an error');
}

function describeSafely(thrown: unknown): string {
    try {
        return trustedJSONText(describeThrown(thrown)) ?? UNREADABLE;
    } catch {
        return UNREADABLE;
    }
}

/** A `Description` as JSON text. Never throws. */
export function describe(namespace: unknown): string {
    try {
        return trustedJSONText(descriptionOf(namespace)) ?? UNREADABLE;
    } catch (thrown) {
        return describeSafely(thrown);
    }
}

function isPlainlyDeclared(declared: unknown): boolean {
    const schema = schemaOf(declared);
    return schema === null || isZod3Schema(schema) || isPlain(schema as unknown as ZodNode);
}

/** Whether describing this module ran nothing of its author's, as far as its schemas go. Never throws. */
export function isPlainlyDescribed(namespace: unknown): boolean {
    try {
        const definition = definitionOf(namespace);
        return (
            isPlainlyDeclared(definition.metadata) &&
            (definition.type === 'onEvent' || (isPlainlyDeclared(definition.input) && isPlainlyDeclared(definition.output)))
        );
    } catch {
        return false;
    }
}
