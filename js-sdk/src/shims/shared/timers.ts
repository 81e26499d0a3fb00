// Timers of one run: their numbers mean nothing to another, and they end with it. The engine keeps the times, and calls
// `fire` when one is due.
import { op_onevent_clear_timer, op_onevent_start_timer } from 'ext:core/ops';

import { locals } from './run.ts';

const { apply } = Reflect;

function start(callback: unknown, after: unknown, values: unknown[], repeats: boolean): number {
    if (typeof callback !== 'function') {
        // Text would be compiled when the timer fires.
        callback = () => {
            throw new EvalError('Code generation from strings disallowed for this context');
        };
    }
    const run = locals();
    const id = op_onevent_start_timer(Number(after), repeats);
    if (id !== 0) run?.timers.set(id, { callback: callback as () => void, values, repeats });
    return id;
}

export const setTimeout = (callback: unknown, after?: unknown, ...values: unknown[]): number => start(callback, after, values, false);
export const setInterval = (callback: unknown, after?: unknown, ...values: unknown[]): number => start(callback, after, values, true);
export const setImmediate = (callback: unknown, ...values: unknown[]): number => start(callback, 0, values, false);

export function clearTimeout(id?: unknown): void {
    const number = Number(id);
    if (locals()?.timers.delete(number) === true) op_onevent_clear_timer(number);
}

/** Calls what waits for the timer. What that throws is the engine's to report. */
export function fire(id: number): void {
    const timers = locals()?.timers;
    const timer = timers?.get(id);
    if (timers === undefined || timer === undefined) return;
    if (!timer.repeats) timers.delete(id);
    apply(timer.callback, undefined, timer.values);
}
