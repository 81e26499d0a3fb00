// What stands behind `nango` where Nango's own class does not run: a small one, which spares its peers the work of
// Nango's. `host` has `request({ method, endpoint, data })` and gives `{ status, data }`.
export class ActionError extends Error {
    constructor(payload) {
        super();
        this.payload = payload;
    }
}

export class Facade {
    ActionError = ActionError;
    connectionId = 'acme';
    providerConfigKey = 'salesforce';
    provider = 'salesforce';

    constructor(metadata, host) {
        this.metadata = metadata;
        this.host = host;
    }

    get(config) {
        return this.proxy({ ...config, method: 'GET' });
    }

    post(config) {
        return this.proxy({ ...config, method: 'POST' });
    }

    async proxy({ method, endpoint, data }) {
        const response = await this.host.request({ method, endpoint, data });
        if (response.status < 200 || response.status > 299) {
            throw new Error(`Request failed with status code ${response.status}`);
        }
        return response;
    }

    async getMetadata() {
        return this.metadata;
    }

    async setMetadata(metadata) {
        this.metadata = metadata;
        return { data: { metadata } };
    }

    async updateMetadata(metadata) {
        return this.setMetadata({ ...this.metadata, ...metadata });
    }

    log() {}
}

/** Runs a function over a connection with this metadata. */
export async function runWith(definition, metadata, host) {
    const nango = new Facade(metadata, host);
    try {
        await definition.exec(nango);
        return { outcome: 'succeeded', message: null, metadata: nango.metadata };
    } catch (error) {
        const rejected = error instanceof ActionError;
        const message = rejected ? (error.payload?.message ?? error.payload) : error.message;
        return { outcome: rejected ? 'rejected' : 'failed', message, metadata: nango.metadata };
    }
}

/** A host over `fetch`. */
export const fetching = (provider, token) => ({
    async request({ method, endpoint, data }) {
        const headers = { authorization: `Bearer ${token}` };
        const body = data === undefined ? undefined : JSON.stringify(data);
        const response = await fetch(`${provider}${endpoint}`, {
            method,
            headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
            body,
        });
        const text = await response.text();
        return { status: response.status, data: text === '' ? '' : JSON.parse(text) };
    },
});
