// What an action has beside an event function: an input and an output, each with a schema.
import { op_onevent_warn } from 'ext:core/ops';
import type { ZodType } from 'zod';

import { describeInvalid, InvalidActionError, type InvalidActionCode, OutputError } from '../errors/invalid-action.ts';
import { describeViolation } from '../errors/invalid-metadata.ts';
import { toJSONText } from '../json/well-formed.ts';
import { type MetadataSchema, schemaOf, toViolation, violationsOf } from '../metadata/check.ts';
import type { RunFacts, Violation } from '../ops.ts';
import { ArrayPrototypeMap, StringConstructor } from '../primordials.ts';
import { transforms } from '../schema/transforms.ts';
import { isZod3Schema, transformsInZod3 } from '../schema/zod3.ts';
import type { ZodNode } from '../schema/zod-node.ts';
import { zod } from '../schema/zod.ts';

/** UTF-16 units of an output's JSON text: 2 MiB, as `MAX_ACTION_OUTPUT_BYTES` of the engine, which counts bytes. */
const MAX_OUTPUT_UNITS = 2 * 1024 * 1024;

function messageOf(thrown: unknown): string {
    try {
        return StringConstructor((thrown as { message?: unknown }).message);
    } catch {
        return 'no reason is known';
    }
}

/** The check, where a schema that throws is a violation as well: checking must not change how a run ends. */
async function checked(check: () => Promise<Violation[]>): Promise<Violation[]> {
    try {
        return await check();
    } catch (thrown) {
        return [{ path: [], message: `the schema itself threw: ${messageOf(thrown)}`, code: 'custom' }];
    }
}

/** An action that is called with nothing gets `null`; a schema may call that `undefined`. */
async function inputViolations(schema: MetadataSchema, input: unknown): Promise<Violation[]> {
    const violations = await violationsOf(schema, input);
    if (violations.length > 0 && input === null && (await violationsOf(schema, undefined)).length === 0) {
        return [];
    }
    return violations;
}

/** Whether a schema's own zod can go from what comes out to what went in: since 4.1. */
function goesBackwards(schema: ZodType): boolean {
    const { version } = (schema as unknown as ZodNode)._zod;
    return version !== undefined && (version.major > 4 || version.minor >= 1);
}

/**
 * What `schema` finds wrong with what an action returned. It is what comes out of the schema that is returned: where
 * that differs from what goes in, zod goes backwards. A codec is encoded, and a transform, which has no way back,
 * leaves nothing to check.
 */
async function outputViolations(schema: MetadataSchema, output: unknown): Promise<Violation[]> {
    if (schema !== null && isZod3Schema(schema)) {
        // zod 3 goes forwards only.
        return transformsInZod3(schema) ? [] : await violationsOf(schema, output);
    }
    if (schema === null || !transforms(schema as unknown as ZodNode)) {
        return await violationsOf(schema, output);
    }
    if (!goesBackwards(schema)) {
        return [];
    }
    try {
        const result = await zod().safeEncodeAsync(schema, output);
        return result.success ? [] : ArrayPrototypeMap(result.error.issues, toViolation);
    } catch (thrown) {
        if ((thrown as { name?: unknown } | null)?.name === 'ZodEncodeError') {
            return [];
        }
        throw thrown;
    }
}

function report(code: InvalidActionCode, violations: Violation[], enforce: boolean): void {
    if (violations.length === 0) {
        return;
    }
    if (enforce) {
        throw new InvalidActionError(code, violations);
    }
    op_onevent_warn(code, describeInvalid(code, violations), ArrayPrototypeMap(violations, describeViolation));
}

/** Input that violates its schema: a warning, or the end of the run where the caller wants that. */
export async function checkInput(declared: unknown, facts: RunFacts): Promise<void> {
    const schema = schemaOf(declared);
    const violations = await checked(() => inputViolations(schema, facts.input));
    report('invalid_action_input', violations, facts.enforceSchemas || facts.enforceInput === true);
}

/** The JSON text of what an action returned; of nothing, `null`. */
function outputText(output: unknown): string {
    let text: string | undefined;
    try {
        text = toJSONText(output);
    } catch (thrown) {
        const hint = 'return plain data, such as the `data` of an answer';
        const message = `what the action returned cannot be written as JSON: ${messageOf(thrown)} (${hint})`;
        throw new OutputError('unserializable_output', message);
    }
    if (text !== undefined && text.length > MAX_OUTPUT_UNITS) {
        const limit = `limit action_output_bytes: ${MAX_OUTPUT_UNITS}, used: ${text.length}`;
        const message = `the action's output is too large (${limit})`;
        throw new OutputError('script_output_too_large', message);
    }
    return text ?? 'null';
}

/** Checks what an action returned. The answer is its JSON text. */
export async function checkOutput(declared: unknown, output: unknown, facts: RunFacts): Promise<string> {
    const text = outputText(output);
    const schema = schemaOf(declared);
    const violations = await checked(() => outputViolations(schema, output));
    report('invalid_action_output', violations, facts.enforceSchemas);
    return text;
}
