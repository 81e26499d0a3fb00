// The bundle's entry: what the engine imports. `nango` and `zod` become the modules of those names.
import './zod-setup.ts';

export * as nango from './nango.ts';
export * as zod from 'zod';
export { describe } from './run/describe.ts';
export { execute } from './run/execute.ts';
