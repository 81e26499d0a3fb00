import * as z from 'zod';

export const Status = { ACTIVE: 'active', STAGED: 'invited', SUSPENDED: 'blocked', DEPROVISIONED: 'gone' } as const;

export type OktaStatus = keyof typeof Status;

export const User = z.object({
    id: z.string(),
    status: z.enum(Object.values(Status)),
    email: z.string(),
    manager: z.string().nullable(),
    last_login: z.iso.date().nullable(),
});

export interface OktaUser {
    id: string;
    status: OktaStatus;
    lastLogin: string | null;
    profile: { email: string; managerId?: string | null; [attribute: string]: unknown };
}

export function toUser({ id, status, lastLogin, profile }: OktaUser): z.infer<typeof User> {
    return {
        id,
        status: Status[status],
        email: profile.email,
        manager: profile.managerId ?? null,
        last_login: lastLogin?.slice(0, 10) ?? null,
    };
}
