// One run of a function: from the facts of the run to its settlement.
import { op_onevent_settled, op_onevent_warn } from 'ext:core/ops';

import { describeViolation, InvalidMetadataError, summarise } from '../errors/invalid-metadata.ts';
import { createNango } from '../facade/create.ts';
import { PendingCalls } from '../facade/pending.ts';
import { trustedJSONText } from '../json/trusted.ts';
import { type MetadataSchema, schemaOf, violationsOf } from '../metadata/check.ts';
import type { RunFacts, Settlement } from '../ops.ts';
import { ArrayPrototypeJoin, ArrayPrototypeMap, JSONParse, ReflectApply } from '../primordials.ts';
import { classify } from './classify.ts';
import { checkInput, checkOutput } from './action.ts';
import { definitionOf } from './definition.ts';
import { functionRun, onEventRun } from './run-info.ts';

/** Metadata that is wrong already: a warning, or the end of the run where the caller wants that. */
async function checkBeforeRun(schema: MetadataSchema, facts: RunFacts): Promise<void> {
    if (schema === null || facts.metadata === null) {
        return;
    }
    const violations = await violationsOf(schema, facts.metadata);
    if (violations.length === 0) {
        return;
    }
    if (facts.enforceSchemas) {
        throw new InvalidMetadataError(violations);
    }
    const message = `The metadata does not match the function's schema before the run: ${summarise(violations)}`;
    op_onevent_warn('metadata_invalid_before_run', message, ArrayPrototypeMap(violations, describeViolation));
}

function warnOfPending(calls: PendingCalls): void {
    const names = calls.names();
    if (names.length > 0) {
        const message = `exec ended while ${ArrayPrototypeJoin(names, ', ')} had no answer: await every call of nango`;
        op_onevent_warn('calls_not_awaited', message, names);
    }
}

/** Runs `exec`. The answer is the JSON text of an action's output; null of an event function, which has none. */
async function run(namespace: unknown, facts: RunFacts, calls: PendingCalls): Promise<string | null> {
    const definition = definitionOf(namespace);
    const { object, exec, metadata } = definition;
    const schema = schemaOf(metadata);
    await checkBeforeRun(schema, facts);
    switch (definition.type) {
        case 'onEvent':
            await ReflectApply(exec, object, [createNango(facts, schema, calls), onEventRun(facts)]);
            return null;
        case 'action': {
            await checkInput(definition.input, facts);
            // What the caller gave, not what zod made of it: Nango's rule.
            const given = [createNango(facts, schema, calls), facts.input, functionRun(facts)];
            const returned = await ReflectApply(exec, object, given);
            return await checkOutput(definition.output, returned, facts);
        }
    }
}

/** A settlement that needs no serialiser: for a realm whose own is broken. */
const UNREADABLE =
    '{"kind":"threw","error":{"type":"script_internal_error","code":"script_internal_error",' +
    '"message":"how the function ended could not be read","payload":{},"status":500}}';

/** As JSON text. A function may have put a `toJSON` on every object; it decides nothing about how its run ended. */
function settlementText(settlement: Settlement): string {
    try {
        return trustedJSONText(settlement) ?? UNREADABLE;
    } catch {
        return UNREADABLE;
    }
}

/** Runs `exec` of the module `namespace` and settles exactly once. Its promise never rejects. */
export async function execute(namespace: unknown, factsJson: string): Promise<void> {
    const calls = new PendingCalls();
    let settlement: Settlement;
    let thrown: unknown;
    try {
        const output = await run(namespace, JSONParse(factsJson) as RunFacts, calls);
        settlement = { kind: 'returned', output };
    } catch (caught) {
        thrown = caught;
        settlement = { kind: 'threw', error: classify(caught) };
    }
    warnOfPending(calls);
    op_onevent_settled(settlementText(settlement), thrown);
}
