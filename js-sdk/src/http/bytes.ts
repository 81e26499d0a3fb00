// The bytes of an answer, in memory that counts against the run.
import { op_onevent_take_bytes } from 'ext:core/ops';

import type { WireBytes } from '../ops.ts';
import { Uint8ArrayConstructor } from '../primordials.ts';

/** Takes them. It can be done once. */
export function taken({ id, length }: WireBytes): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8ArrayConstructor(length);
    op_onevent_take_bytes(id, bytes);
    return bytes;
}
