// `nango.getIntegration`, `nango.getWebhookURL` and `nango.getEnvironmentVariables`.
import { op_onevent_environment_variables, op_onevent_integration } from 'ext:core/ops';

import { failureError } from '../http/response.ts';
import type { EnvironmentVariable, Integration } from '../members.ts';
import { own } from '../own.ts';
import {
    ArrayIsArray,
    ArrayPrototypeJoin,
    ArrayPrototypePush,
    DateNow,
    JSONParse,
    StringConstructor,
} from '../primordials.ts';

/** How long an integration that was read is given again without asking (Nango's). */
const REMEMBERED_MS = 600_000;
/** What there is more of an integration, in the order in which it is asked for. */
const INCLUDES: readonly string[] = ['webhook', 'credentials'];

interface Remembered {
    json: string;
    until: number;
}

/** The names in `include`, each once, in one order. */
function includesOf(options: unknown): string[] {
    const wanted = own(options, 'include') ?? [];
    if (!ArrayIsArray(wanted)) {
        throw new Error("getIntegration needs a list in `include`: 'webhook', 'credentials'");
    }
    for (let index = 0; index < wanted.length; index++) {
        if (wanted[index] !== 'webhook' && wanted[index] !== 'credentials') {
            throw new Error(`include must be 'webhook' or 'credentials', not ${StringConstructor(wanted[index])}`);
        }
    }
    const names: string[] = [];
    for (let index = 0; index < INCLUDES.length; index++) {
        for (let at = 0; at < wanted.length; at++) {
            if (wanted[at] === INCLUDES[index]) {
                ArrayPrototypePush(names, INCLUDES[index] as string);
                break;
            }
        }
    }
    return names;
}

/** The run's own integration, as often as it is asked for. */
export class Integrations {
    readonly #key: string;
    readonly #remembered: Record<string, Remembered> = Object.create(null) as Record<string, Remembered>;

    constructor(providerConfigKey: string) {
        this.#key = providerConfigKey;
    }

    async get(options?: unknown): Promise<Integration> {
        const include = includesOf(options);
        const list = ArrayPrototypeJoin(include, ',');
        const known = this.#remembered[list];
        if (known && DateNow() < known.until) {
            return JSONParse(known.json) as Integration;
        }
        const answer = await op_onevent_integration(include);
        if (answer.error !== null) {
            throw failureError(answer.error, { method: 'get', url: `/integrations/${this.#key}` });
        }
        this.#remembered[list] = { json: answer.ok, until: DateNow() + REMEMBERED_MS };
        return JSONParse(answer.ok) as Integration;
    }

    async webhookUrl(): Promise<string | null | undefined> {
        return (await this.get({ include: ['webhook'] })).webhook_url;
    }
}

/** All of the environment, every time anew. */
export async function environmentVariables(): Promise<EnvironmentVariable[]> {
    const answer = await op_onevent_environment_variables();
    if (answer.error !== null) {
        throw failureError(answer.error, { method: 'get', url: '/environment-variables' });
    }
    return JSONParse(answer.ok) as EnvironmentVariable[];
}
