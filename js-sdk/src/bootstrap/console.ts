// `console`, written to the run's log. Formatting is deno_web's, without colours.
import { core, primordials } from 'ext:core/mod.js';
import { op_onevent_log } from 'ext:core/ops';

import { boundedCopy, boundedText } from '../json/bounded.ts';
import { isShort } from './bounded-values.ts';
import { asked } from './directives.ts';
import { install } from './install.ts';

const { ArrayPrototypePush, DateNow, SafeMap, MapPrototypeGet, MapPrototypeSet, MapPrototypeDelete, String, StringPrototypeRepeat, StringPrototypeSlice } = primordials;
const { inspectArgs } = core.loadExtScript('ext:deno_web/01_console.js') as {
    inspectArgs(values: unknown[], options: object): string;
};

const INSPECT_OPTIONS = { __proto__: null, colors: false };
/** UTF-16 units of a line. */
const MAX_UNITS = 99_000;
/** How deep `console.group` indents at most. */
const MAX_INDENTATION = 20;

type Level = 'debug' | 'info' | 'warn' | 'error';

/** A value as the formatter may have it: it copies texts of any length. */
function bounded(value: unknown): unknown {
    if (typeof value === 'string') return boundedText(value, MAX_UNITS);
    return isShort(value) ? value : (boundedCopy(value) ?? '[a value that is too long to be shown]');
}

/** What `console.log` would print; never throws, whatever a getter or a proxy among the values does. */
export function format(values: unknown[]): string {
    try {
        const shown: unknown[] = [];
        const texts = asked(values, MAX_UNITS);
        for (let index = 0; index < texts.length; index++) ArrayPrototypePush(shown, bounded(texts[index]));
        const text = inspectArgs(shown, INSPECT_OPTIONS);
        // What is longer is cut in the report, too: the rest need not leave the isolate.
        return text.length <= MAX_UNITS ? text : `${StringPrototypeSlice(text, 0, MAX_UNITS)}… [truncated]`;
    } catch {
        return '[a value that cannot be shown]';
    }
}

export function createConsole() {
    let indentation = 0;
    const counts = new SafeMap<string, number>();
    const starts = new SafeMap<string, number>();
    const write = (level: Level, values: unknown[]): void => {
        op_onevent_log(level, StringPrototypeRepeat('  ', indentation) + format(values), null);
    };
    const at =
        (level: Level) =>
        (...values: unknown[]): void =>
            write(level, values);
    const group = (...values: unknown[]): void => {
        if (values.length > 0) write('info', values);
        indentation = indentation < MAX_INDENTATION ? indentation + 1 : indentation;
    };
    const sinceStart = (label: string, rest: unknown[]): void => {
        const start = MapPrototypeGet(starts, label);
        if (start === undefined) return write('warn', [`Timer '${label}' does not exist`]);
        return write('info', [`${label}: ${DateNow() - start}ms`, ...rest]);
    };
    const made = {
        debug: at('debug'),
        log: at('info'),
        info: at('info'),
        dir: (value?: unknown) => write('info', [value]),
        dirxml: at('info'),
        table: (value?: unknown) => write('info', [value]),
        warn: at('warn'),
        error: at('error'),
        trace: (...values: unknown[]) => write('debug', ['Trace:', ...values]),
        assert: (condition?: unknown, ...values: unknown[]) => {
            if (!condition) write('error', ['Assertion failed:', ...values]);
        },
        count: (label: unknown = 'default') => {
            const next = (MapPrototypeGet(counts, String(label)) ?? 0) + 1;
            MapPrototypeSet(counts, String(label), next);
            write('info', [`${label}: ${next}`]);
        },
        countReset: (label: unknown = 'default') => MapPrototypeDelete(counts, String(label)),
        time: (label: unknown = 'default') => MapPrototypeSet(starts, String(label), DateNow()),
        timeLog: (label: unknown = 'default', ...rest: unknown[]) => sinceStart(String(label), rest),
        timeEnd: (label: unknown = 'default') => {
            sinceStart(String(label), []);
            MapPrototypeDelete(starts, String(label));
        },
        group,
        groupCollapsed: group,
        groupEnd: () => {
            indentation = indentation > 0 ? indentation - 1 : 0;
        },
        clear: () => {},
        // For an inspector, as in Node.
        profile: () => {},
        profileEnd: () => {},
        timeStamp: () => {},
    };
    install(Symbol.toStringTag, 'console', made);
    return made;
}
