// A request that could not be built: the caller's configuration is wrong.

/** A plain `Error` with a `code`, as Nango's configuration failures are. */
export class RequestError extends Error {
    readonly code: string;

    constructor(code: string, message: string) {
        super(message);
        this.code = code;
    }
}

Object.defineProperty(RequestError.prototype, 'name', { value: 'Error', writable: true, configurable: true });
