import { createOnEvent } from 'nango';

export default createOnEvent({
    event: 'validate-connection',
    description: 'Does nothing: what a run costs by itself',
    exec: async () => {}
});
