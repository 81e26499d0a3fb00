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

function describeThrown(thrown: unknown): Description {
    if (thrown instanceof DefinitionProblem) {
        return problem(thrown.code, thrown.message);
    }
    return problem('invalid_default_export', 'the default export could not be read: reading it threw an error');
}

/** A `Description` as JSON text. Never throws. */
export function describe(namespace: unknown): string {
    try {
        return toJSONText(descriptionOf(namespace)) as string;
    } catch (thrown) {
        return toJSONText(describeThrown(thrown)) as string;
    }
}
