// A stand-in for what a Node module has and this runtime has not: it can be imported, and calling it says so.
export function notAvailable(module: string, name: string): (...values: unknown[]) => never {
    const refuse = function (): never {
        const text = `${module}.${name} is not available in onevent (docs/globals.md lists what is)`;
        throw Object.assign(new Error(text), { code: 'ERR_METHOD_NOT_IMPLEMENTED' });
    };
    Object.defineProperty(refuse, 'name', { value: name });
    return refuse;
}
