// The bundle's entry: what the engine imports. `nango` becomes the module of that name.
export * as nango from './nango.ts';
export { describe, isPlainlyDescribed } from './run/describe.ts';
export { execute } from './run/execute.ts';
export { exposed } from './exposed.ts';
