// The bundle of src/index.ts, and the modules that the engine makes of it.
declare module 'ext:onevent/sdk.js' {
    export const nango: typeof import('../nango.ts');
    export const describe: typeof import('../run/describe.ts').describe;
    export const isPlainlyDescribed: typeof import('../run/describe.ts').isPlainlyDescribed;
    export const execute: typeof import('../run/execute.ts').execute;
    export const exposed: typeof import('../exposed.ts').exposed;
}
declare module 'onevent:nango';
declare module 'onevent:zod' {
    export * from 'zod';
}
