// Nango's way: `node nango-way.mjs STAGE FUNCTION PROVIDER TOKEN`.
//
// The function as Nango's compiler made it, in `node:vm` with a fresh context for each run and Nango's own class behind
// `nango`, warm, in one process of Node. It does less than Nango's runner, which also logs each request to its server:
// the connection is in memory, and requests go straight to the provider, over connections that are kept.
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import url from 'node:url';
import vm from 'node:vm';

import { ActionError, NangoActionBase } from '@nangohq/runner-sdk';
import axios from 'axios';
import * as zod from 'zod';

import { serve } from './lines.mjs';
import { versionsOf } from './package-versions.mjs';

const [stage, name, provider, token] = process.argv.slice(2);
const bundle = readFileSync(path.join(stage, 'build', `salesforce_on-events_${name}.cjs`), 'utf8');
const wrapped = `(function() { var module = { exports: {} }; var exports = module.exports; ${bundle}
    return module.exports;
})();
`;
const client = axios.create({ httpAgent: new http.Agent({ keepAlive: true }) });

/** A connection in memory, as the client of Nango's API shows it. */
class Connection {
    userAgent = 'nango-node-client/0.0.0';

    constructor(metadata) {
        this.metadata = metadata;
    }

    async getConnection() {
        return { connection_id: 'acme', metadata: this.metadata, credentials: { type: 'OAUTH2', access_token: token } };
    }

    async setMetadata(_integration, _connection, metadata) {
        this.metadata = metadata;
        return { data: { metadata } };
    }

    async updateMetadata(_integration, _connection, metadata) {
        this.metadata = { ...this.metadata, ...metadata };
        return { data: { metadata } };
    }
}

class NangoAction extends NangoActionBase {
    constructor(props, connection) {
        super(props);
        this.nango = connection;
    }

    async proxy(config) {
        this.throwIfAbortedOrKilled();
        const { method, endpoint, headers, params, data } = this.getProxyConfig(config);
        const { credentials } = await this.getConnection();
        return client.request({
            url: `${provider}${endpoint}`,
            method,
            headers: { ...headers, authorization: `Bearer ${credentials.access_token}` },
            params,
            data,
        });
    }

    log() {}
}

const modules = { url, crypto, zod, nango: {} };

function sandbox() {
    const given = {
        console,
        require: (wanted) => {
            if (!(wanted in modules)) {
                throw new Error(`Module '${wanted}' is not allowed`);
            }
            return modules[wanted];
        },
        Buffer,
        setTimeout,
        Error,
        URL,
        URLSearchParams,
    };
    Object.setPrototypeOf(given, null);
    return vm.createContext(given, { codeGeneration: { strings: false, wasm: false } });
}

async function run(metadata) {
    const connection = new Connection(metadata);
    const nango = new NangoAction(
        {
            scriptType: 'on-event',
            connectionId: 'acme',
            environmentId: 1,
            environmentName: 'dev',
            providerConfigKey: 'salesforce',
            provider: 'salesforce',
            activityLogId: '',
            team: { id: 1, name: 'team' },
            runnerFlags: {},
            isCLI: false,
        },
        connection,
    );
    try {
        const script = new vm.Script(wrapped, { filename: `${name}-salesforce.cjs` });
        await script.runInContext(sandbox()).default.exec(nango);
        return { outcome: 'succeeded', message: null, metadata: connection.metadata };
    } catch (error) {
        const rejected = error instanceof ActionError;
        const message = rejected ? (error.payload?.message ?? error.payload) : error.message;
        return { outcome: rejected ? 'rejected' : 'failed', message, metadata: connection.metadata };
    }
}

await serve({ node: process.versions.node, ...versionsOf('@nangohq/runner-sdk', 'nango', 'zod') }, run);
