// The bundle of src/index.ts, and the modules that the engine makes of it.
declare module 'ext:onevent/sdk.js' {
    export const nango: unknown;
    export const zod: unknown;
    export const describe: unknown;
    export const execute: unknown;
}
declare module 'onevent:nango';
declare module 'onevent:zod';
