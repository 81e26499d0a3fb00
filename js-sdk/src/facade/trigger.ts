// `nango.triggerAction`.
import { op_onevent_trigger_action } from 'ext:core/ops';

import { failureError } from '../http/response.ts';
import { toJSONText } from '../json/well-formed.ts';
import { JSONParse } from '../primordials.ts';

function nameOf(value: unknown, argument: string): string {
    if (typeof value !== 'string' || value === '') {
        throw new Error(
            `nango.triggerAction(providerConfigKey, connectionId, actionName, input) needs a ${argument}, not ${typeof value}`,
        );
    }
    return value;
}

/** Runs an action to its end; what it returned. */
export async function triggerAction(
    providerConfigKey: unknown,
    connectionId: unknown,
    actionName: unknown,
    input: unknown,
): Promise<unknown> {
    const integration = nameOf(providerConfigKey, 'providerConfigKey');
    const connection = nameOf(connectionId, 'connectionId');
    const action = nameOf(actionName, 'actionName');
    const answer = await op_onevent_trigger_action(integration, connection, action, toJSONText(input) ?? 'null');
    if (answer.error !== null) {
        throw failureError(answer.error, { method: 'post', url: '/action/trigger' });
    }
    return JSONParse(answer.ok) as unknown;
}
