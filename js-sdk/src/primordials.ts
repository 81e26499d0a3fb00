// The built-ins that the SDK relies on, taken while the snapshot is baked: before any function's code runs.
// A function shares this realm and may replace what it finds there; the SDK goes on with what it took.

/** Turns a method into a function of its receiver, so that a replaced prototype is not looked up again. */
function uncurryThis<This, Args extends unknown[], Result>(
    method: (this: This, ...args: Args) => Result,
): (self: This, ...args: Args) => Result {
    return Reflect.apply(Function.prototype.bind, Function.prototype.call, [method]);
}

export const ReflectApply = Reflect.apply;

export const JSONParse = JSON.parse;
export const JSONStringify = JSON.stringify;

export const ObjectCreate = Object.create;
export const ObjectDefineProperty = Object.defineProperty;
export const ObjectFreeze = Object.freeze;
export const ObjectHasOwn = Object.hasOwn;
export const ObjectKeys = Object.keys;
export const ObjectPrototypeToString = uncurryThis(Object.prototype.toString);

export const ArrayFrom = Array.from;
export const ArrayIsArray = Array.isArray;
export const ArrayPrototypeJoin = uncurryThis(Array.prototype.join);
export const ArrayPrototypeMap: <T, U>(self: readonly T[], each: (value: T, index: number) => U) => U[] = uncurryThis(
    Array.prototype.map,
) as never;
export const ArrayPrototypePush: <T>(self: T[], ...items: T[]) => number = uncurryThis(Array.prototype.push) as never;
export const ArrayPrototypeSlice: <T>(self: readonly T[], start?: number, end?: number) => T[] = uncurryThis(
    Array.prototype.slice,
) as never;
export const ArrayPrototypeSort: <T>(self: T[]) => T[] = uncurryThis(Array.prototype.sort) as never;
export const ArrayBufferIsView = ArrayBuffer.isView;

export const StringPrototypeCharCodeAt = uncurryThis(String.prototype.charCodeAt);
export const StringPrototypeIncludes = uncurryThis(String.prototype.includes);
export const StringPrototypeSlice = uncurryThis(String.prototype.slice);
export const StringPrototypeToLowerCase = uncurryThis(String.prototype.toLowerCase);
export const StringPrototypeToUpperCase = uncurryThis(String.prototype.toUpperCase);
export const StringPrototypeToWellFormed = uncurryThis(String.prototype.toWellFormed);
export const StringPrototypeTrim = uncurryThis(String.prototype.trim);

export const DateNow = Date.now;
export const DatePrototypeToISOString = uncurryThis(Date.prototype.toISOString);
export const ErrorConstructor = Error;
export const NumberIsFinite = Number.isFinite;
export const NumberIsInteger = Number.isInteger;
export const StringConstructor = String;
export const Uint8ArrayConstructor = Uint8Array;
export const EncodeURIComponent = encodeURIComponent;
export const NumberConstructor = Number;
export const RegExpPrototypeExec = uncurryThis(RegExp.prototype.exec);
export const StringPrototypeReplace: (self: string, pattern: RegExp, replacement: string) => string = uncurryThis(
    String.prototype.replace,
) as never;
export const StringPrototypeSplit: (self: string, separator: string) => string[] = uncurryThis(
    String.prototype.split,
) as never;
