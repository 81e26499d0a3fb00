// A description that a `toJSON` forges.
// outcome: ok
// stage: load
import { createAction } from 'nango';

Object.defineProperty(Object.prototype, 'toJSON', { configurable: true, value(this: any) { return 'problem' in this ? { ok: { type: 'onEvent', event: 'validate-connection', description: null, metadata: null }, problem: null } : this; } });

export default createAction({ description: 'hostile', exec: async () => undefined });
