// `console`, written to the run's log. Formatting is deno_web's, without colours.
import { core, primordials } from 'ext:core/mod.js';
import { op_onevent_log } from 'ext:core/ops';

const { DateNow, SafeMap, MapPrototypeGet, MapPrototypeSet, MapPrototypeDelete, String, StringPrototypeRepeat } =
    primordials;
const { inspectArgs } = core.loadExtScript('ext:deno_web/01_console.js');

const INSPECT_OPTIONS = { __proto__: null, colors: false };

/** What `console.log` would print; never throws, whatever a getter or a proxy among the values does. */
export function format(values) {
    try {
        return inspectArgs(values, INSPECT_OPTIONS);
    } catch {
        return '[a value that cannot be shown]';
    }
}

export function createConsole() {
    let indentation = 0;
    const counts = new SafeMap();
    const starts = new SafeMap();
    const write = (level, values) => {
        op_onevent_log(level, StringPrototypeRepeat('  ', indentation) + format(values), null);
    };
    const at = (level) => (...values) => write(level, values);
    const group = (...values) => {
        if (values.length > 0) write('info', values);
        indentation = indentation < 20 ? indentation + 1 : indentation;
    };
    const sinceStart = (label, rest) => {
        const start = MapPrototypeGet(starts, label);
        if (start === undefined) return write('warn', [`Timer '${label}' does not exist`]);
        return write('info', [`${label}: ${DateNow() - start}ms`, ...rest]);
    };
    return {
        debug: at('debug'),
        log: at('info'),
        info: at('info'),
        dir: (value) => write('info', [value]),
        dirxml: at('info'),
        table: (value) => write('info', [value]),
        warn: at('warn'),
        error: at('error'),
        trace: (...values) => write('debug', ['Trace:', ...values]),
        assert: (condition, ...values) => {
            if (!condition) write('error', ['Assertion failed:', ...values]);
        },
        count: (label = 'default') => {
            const next = (MapPrototypeGet(counts, String(label)) ?? 0) + 1;
            MapPrototypeSet(counts, String(label), next);
            write('info', [`${label}: ${next}`]);
        },
        countReset: (label = 'default') => MapPrototypeDelete(counts, String(label)),
        time: (label = 'default') => MapPrototypeSet(starts, String(label), DateNow()),
        timeLog: (label = 'default', ...rest) => sinceStart(String(label), rest),
        timeEnd: (label = 'default') => {
            sinceStart(String(label), []);
            MapPrototypeDelete(starts, String(label));
        },
        group,
        groupCollapsed: group,
        groupEnd: () => {
            indentation = indentation > 0 ? indentation - 1 : 0;
        },
        clear: () => {},
    };
}
