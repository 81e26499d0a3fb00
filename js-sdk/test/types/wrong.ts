// Everything here is wrong: the test asserts that both compilers say so, line by line.
import { createAction, createOnEvent } from 'nango';
import * as z from 'zod';

createOnEvent({ event: 'on-tuesday', description: 'no such event', exec: () => undefined });
createOnEvent({ event: 'validate-connection', description: 'a sync member', exec: (nango) => nango.batchSave([], 'User') });
createOnEvent({ event: 'validate-connection', description: 'unknown metadata', exec: (nango) => void nango.setMetadata({ a: 1 }) });
createAction({ description: 'wrong output', input: z.void(), output: z.number(), exec: () => 'one' });
