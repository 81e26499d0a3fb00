// What a function may know of its run: the argument of `exec` after those that Nango gives.
import type { RunFacts } from '../ops.ts';
import { ObjectFreeze } from '../primordials.ts';
import type { FunctionRun, OnEventName, OnEventRun } from '../types.ts';

/** Of an action. */
export function functionRun(facts: RunFacts): FunctionRun {
    const { attempt, idempotencyKey, isReplay } = facts;
    return ObjectFreeze({ attempt, idempotencyKey, isReplay });
}

/** Of an event function. */
export function onEventRun(facts: RunFacts): OnEventRun {
    const { attempt, idempotencyKey, isReplay } = facts;
    const event = facts.event as OnEventName;
    const operation = facts.operation as OnEventRun['operation'];
    return ObjectFreeze({ attempt, idempotencyKey, isReplay, event, operation });
}
