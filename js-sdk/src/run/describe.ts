// What a function's module says about itself, for the engine: checked, and as JSON text.
import { toJSONText } from '../json/well-formed.ts';
import { schemaOf } from '../metadata/check.ts';
import type { Description } from '../ops.ts';
import { toWidenedJSONSchema } from '../schema/json-schema.ts';
import { definitionOf, DefinitionProblem } from './definition.ts';

function problem(code: string, message: string): Description {
    return { ok: null, problem: { code, message } };
}

function descriptionOf(namespace: unknown): Description {
    const { event, description, metadata } = definitionOf(namespace);
    const schema = schemaOf(metadata);
    const jsonSchema = schema === null ? null : toWidenedJSONSchema(schema);
    return { ok: { type: 'onEvent', event, description, metadata: jsonSchema }, problem: null };
}

/** The text of a problem, where the realm's objects can no longer be written as JSON. */
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
        return toJSONText(describeThrown(thrown)) ?? UNREADABLE;
    } catch {
        return UNREADABLE;
    }
}

/** A `Description` as JSON text. Never throws. */
export function describe(namespace: unknown): string {
    try {
        return toJSONText(descriptionOf(namespace)) ?? UNREADABLE;
    } catch (thrown) {
        return describeSafely(thrown);
    }
}
