// `nango.zodValidateInput`.
import { ActionError } from '../errors/action-error.ts';
import type { Logger } from '../log.ts';
import { own } from '../own.ts';
import { ArrayPrototypeJoin, ArrayPrototypeMap, StringConstructor } from '../primordials.ts';

interface Issue {
    message: string;
    path: PropertyKey[];
}

type Parsed = { success: true; data: unknown } | { success: false; error: { issues: Issue[] } };

interface Schema {
    safeParseAsync(input: unknown): Promise<Parsed>;
}

function schemaOf(options: unknown): Schema {
    const zodSchema = own(options, 'zodSchema');
    if (typeof zodSchema !== 'object' || zodSchema === null || !('safeParseAsync' in zodSchema)) {
        throw new Error('nango.zodValidateInput() needs { zodSchema, input } with a zod schema');
    }
    return zodSchema as Schema;
}

function pathText(path: PropertyKey[]): string {
    return ArrayPrototypeJoin(ArrayPrototypeMap(path, (part) => StringConstructor(part)), '.');
}

/** What zod makes of `input`. What is wrong with it is logged, one line for each problem, and thrown. */
export async function zodValidateInput(options: unknown, logger: Logger): Promise<Parsed & { success: true }> {
    const schema = schemaOf(options);
    const parsed = await schema.safeParseAsync(own(options, 'input'));
    if (parsed.success) {
        return parsed;
    }
    for (const issue of parsed.error.issues) {
        const path = pathText(issue.path);
        const where = path === '' ? '' : ` at ${path}`;
        logger.write([`Invalid input: ${issue.message}${where}`, { level: 'error' }]);
    }
    throw new ActionError({ message: 'Invalid input provided' });
}
