// Every integration of the corpus: its connection, its part of the provider, and its cases.
import { readdir } from 'node:fs/promises';

import { checked } from './credentials.mjs';

/** What all connections of the corpus have; an integration says the rest. */
function connectionOf(key, { connection, provider }) {
    return {
        id: 1,
        connection_id: `${key}-acme`,
        provider_config_key: key,
        provider,
        errors: [],
        end_user: null,
        tags: {},
        metadata: null,
        connection_config: {},
        webhook_url_override: null,
        created_at: '2026-01-01T00:00:00.000+00:00',
        updated_at: '2026-01-01T00:00:00.000+00:00',
        last_fetched_at: '2026-01-01T00:00:00.000+00:00',
        ...connection,
    };
}

/** What `nango.getIntegration` finds. */
function documentOf(key, provider) {
    return {
        unique_key: key,
        provider,
        display_name: key,
        logo: null,
        forward_webhooks: true,
        created_at: null,
        updated_at: null,
        webhook_url: `https://api.nango.example/webhook/0b8f/${key}`,
    };
}

async function load(file) {
    const { default: described } = await import(`./providers/${file}`);
    const key = file.replace(/\.mjs$/, '');
    const provider = described.provider ?? key;
    const integration = {
        ...described,
        key,
        provider,
        hosts: described.hosts ?? [new URL(described.baseUrl).host],
        connection: connectionOf(key, { ...described, provider }),
        document: documentOf(key, provider),
    };
    return { ...integration, authorize: described.authorize ?? checked(integration, described.refused) };
}

const files = (await readdir(new URL('./providers', import.meta.url))).filter((file) => file.endsWith('.mjs'));
export const integrations = await Promise.all(files.sort().map(load));
