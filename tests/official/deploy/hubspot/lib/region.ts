import { createHash } from 'crypto';

export function digest(text: string): string {
    return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

export function refuse(region: string): never {
    throw new Error(`no region ${region}`);
}
