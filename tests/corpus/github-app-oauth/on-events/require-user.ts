import { createOnEvent } from 'nango';

class MissingUserError extends TypeError {
    readonly code = 'E_NO_USER';
}

export default createOnEvent({
    description:
        'An error class that extends a builtin one and has a code: no ActionError, so not meant for the person',
    version: '1.0.0',
    event: 'validate-connection',
    exec: async (nango) => {
        const { credentials } = await nango.getConnection();
        if (!(credentials as unknown as { user: unknown }).user) {
            throw new MissingUserError(`connection ${nango.connectionId} of ${nango.provider} has no user`);
        }
    },
});
