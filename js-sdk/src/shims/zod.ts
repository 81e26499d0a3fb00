// What functions import as `zod`.
import './zod-setup.ts';

export { default } from 'zod';
export * from 'zod';
