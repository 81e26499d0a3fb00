// `nango.log`: every argument reaches the log, whatever it is.
import { op_onevent_log } from 'ext:core/ops';

import { boundedCopy, boundedText } from './json/bounded.ts';
import { own } from './own.ts';
import {
    ArrayIsArray,
    ArrayPrototypeSlice,
    ErrorConstructor,
    JSONStringify,
    ObjectHasOwn,
    ObjectKeys,
    StringConstructor,
    StringPrototypeToWellFormed,
} from './primordials.ts';
import type { LogLevel } from './types.ts';

/** Nango's levels, and the older names that it still takes. */
function levelOf(name: unknown): LogLevel | null {
    switch (name) {
        case 'debug':
        case 'info':
        case 'warn':
        case 'error':
            return name;
        case 'verbose':
        case 'silly':
            return 'debug';
        case 'http':
            return 'info';
        default:
            return null;
    }
}

function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === 'object' && value !== null && !ArrayIsArray(value);
}

/** Where the options are: `{ level }` with a level that exists, as the last argument. Anything else is data. */
function takeLevel(args: readonly unknown[]): { level: LogLevel; data: unknown[] } {
    const last = args.length > 1 ? args[args.length - 1] : undefined;
    const level = isRecord(last) && ObjectHasOwn(last, 'level') ? levelOf(last['level']) : null;
    if (level === null) {
        return { level: 'info', data: ArrayPrototypeSlice(args, 1) };
    }
    // An object that says more than its level is data too: nothing is lost.
    const onlyLevel = ObjectKeys(last as object).length === 1;
    return { level, data: ArrayPrototypeSlice(args, 1, onlyLevel ? -1 : undefined) };
}

function errorText(error: Error): string {
    return `${StringConstructor(error.name)}: ${StringConstructor(error.message)}`;
}

/** Text as it is; anything else as JSON with sorted keys. */
function messageText(message: unknown): string {
    if (typeof message === 'string') {
        return StringPrototypeToWellFormed(boundedText(message));
    }
    if (message instanceof ErrorConstructor) {
        return StringPrototypeToWellFormed(boundedText(errorText(message)));
    }
    const copy = boundedCopy(message, { sortKeys: true });
    return copy === undefined ? StringConstructor(message) : JSONStringify(copy);
}

/** The data beside the message: always an object. */
function metaText(data: readonly unknown[]): string | null {
    if (data.length === 0 || (data.length === 1 && data[0] === undefined)) {
        return null;
    }
    const meta = data.length === 1 ? data[0] : data;
    const copy = boundedCopy(meta);
    return JSONStringify(isRecord(copy) ? copy : { value: copy === undefined ? StringConstructor(meta) : copy });
}

/** From the least to the most important; `off` is above all. */
const LEVELS: readonly (LogLevel | 'off')[] = ['debug', 'info', 'warn', 'error', 'off'];

function rank(level: unknown): number {
    for (let index = 0; index < LEVELS.length; index++) {
        if (LEVELS[index] === level) {
            return index;
        }
    }
    return 0;
}

/** The log of one run. */
export class Logger {
    /** What functions see as `nango.logger`. */
    readonly state: { level: LogLevel | 'off' } = { level: 'debug' };

    /** `nango.setLogger`: lines below the level are dropped. A logger that is off stays off. */
    setLevel(options: unknown): void {
        const wanted = own(options, 'level');
        const level = wanted === 'off' ? wanted : levelOf(wanted);
        if (level === null) {
            throw new Error('nango.setLogger() needs { level }: debug, info, warn, error or off');
        }
        if (this.state.level !== 'off') {
            this.state.level = level;
        }
    }

    /** Writes one line. Logging never fails a run: what cannot be read is said to be so. */
    write(args: readonly unknown[]): void {
        try {
            const { level, data } = takeLevel(args);
            if (rank(level) >= rank(this.state.level)) {
                op_onevent_log(level, messageText(args[0]), metaText(data));
            }
        } catch {
            op_onevent_log('warn', 'a log line could not be read', null);
        }
    }
}
