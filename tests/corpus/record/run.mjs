// One run of a function under Node: in the sandbox and with the SDK classes of Nango's dry run.

import { changed } from './change.mjs';
import { MAX_REQUESTS } from './nango-api.mjs';
import { nangoModule } from './nango-package.mjs';
import { folder } from './project.mjs';

const { DryRunService } = await nangoModule('services/dryrun.service.js');
const { NangoActionCLI } = await nangoModule('services/sdk.js');
const { ResponseCollector } = await nangoModule('services/response-collector.service.js');

const isProxied = (config) => new URL(config.url).pathname.startsWith('/proxy/');

/** Every run by its secret key: a request may come when its run is over. */
export const runs = new Map();

/** A run: its connection, and what is asked of it. */
export class Run {
    constructor(integrations, declared, port, integration, name, given = {}) {
        Object.assign(this, { integrations, declared, port, integration, name, given });
        this.function = declared.get(`${integration.key}/${name}`);
        if (!this.function) {
            throw new Error(`index.ts imports no function ${integration.key}/${name}`);
        }
        // An action is called with `null` where there is no input.
        this.input = this.function.kind === 'action' ? (given.input ?? null) : undefined;
        const connection = { ...integration.connection, ...given.connection };
        this.metadata = given.metadata === undefined ? connection.metadata : given.metadata;
        this.connection = { ...connection, metadata: this.metadata };
        this.startedWith = this.metadata;
        this.integrationDocument = { ...integration.document, ...given.integration };
        this.variables = given.variables ?? [];
        this.collector = new ResponseCollector();
        this.key = `corpus-secret-key-${runs.size}`;
        runs.set(this.key, this);
        // What was asked, in order: sections of the fixture that Nango's tool does not write.
        Object.assign(this, {
            writes: [],
            actions: [],
            fetched: [],
            seen: {},
            bodies: new Map(),
            requests: 0,
        });
    }

    isMultipart(request) {
        return (request.headers['content-type'] ?? '').startsWith('multipart/form-data');
    }

    /** Runs another action to its end, for `nango.triggerAction`. */
    async trigger(key, name, input) {
        const integration = this.integrations.find((one) => one.key === key);
        const other = new Run(this.integrations, this.declared, this.port, integration, name, { input });
        const { result } = await other.during(() => other.execute());
        if (result.error) {
            throw new Error(`${key}/${name} failed: ${JSON.stringify(result.error)}`);
        }
        return result.response.output ?? null;
    }

    /** Makes this the run that the servers serve. */
    async during(work) {
        const before = Run.current;
        Run.current = this;
        try {
            return await work();
        } finally {
            Run.current = before;
        }
    }

    #props() {
        const { connection, integration, collector } = this;
        const noted = (response) => {
            if (isProxied(response.config)) {
                collector.onAxiosRequestFulfilled(response, '\0 no connection has this id');
            }
            return response;
        };
        const failed = (error) => {
            if (!isProxied(error.config)) {
                return Promise.reject(error);
            }
            if (!error.response) {
                this.unanswered(error);
            }
            return collector.onAxiosRequestRejected(error);
        };
        const { output, input, json_schema: schema, version } = this.function;
        return {
            isCLI: true,
            // Event functions too: see project.mjs.
            scriptType: 'action',
            host: `http://127.0.0.1:${this.port}`,
            connectionId: connection.connection_id,
            environmentId: -1,
            environmentName: 'dev',
            providerConfigKey: integration.key,
            provider: connection.provider,
            activityLogId: '',
            secretKey: this.key,
            nangoConnectionId: connection.id,
            syncVariant: 'base',
            syncConfig: {
                sync_name: this.name,
                models: output ?? [],
                input: input ?? null,
                models_json_schema: schema ?? null,
                version: version ?? '0.0.1',
            },
            team: { id: 1, name: 'team' },
            logger: { level: 'debug' },
            // `--save` turns these checks on; they refuse what `z.void()` stands for. onevent checks the schemas.
            runnerFlags: { validateActionInput: false, validateActionOutput: false },
            startedAt: new Date(),
            axios: { response: { onFulfilled: noted, onRejected: failed } },
        };
    }

    unanswered(error) {
        const { requestIdentity, requestIdentityHash } = this.collector.computeRequestIdentity(error.config);
        this.collector.apiCalls.push({
            requestIdentity,
            requestIdentityHash,
            error: { code: error.code, message: error.message },
        });
    }

    /** Runs the function; what it says on the console is nobody's. */
    async execute() {
        const service = new DryRunService({
            environment: 'dev',
            returnOutput: true,
            fullPath: folder,
            validation: true,
        });
        const methods = ['log', 'info', 'warn', 'error', 'debug'];
        const kept = methods.map((method) => console[method]);
        methods.forEach((method) => (console[method] = () => {}));
        let result;
        try {
            result = await service.runScript({
                syncName: this.name,
                nangoProps: this.#props(),
                loadLocation: './',
                input: structuredClone(this.input),
                stubbedCheckpoint: structuredClone(this.given.checkpoint),
            });
        } finally {
            methods.forEach((method, index) => (console[method] = kept[index]));
        }
        return { run: this, result, endless: this.requests > MAX_REQUESTS };
    }
}

/** The texts of an answer as a fixture holds them. */
export function bodyValue(text) {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

/** Notes what `nango.uncontrolledFetch` asks and gets, and changes an answer where the run says so. */
export function listenToFetch() {
    const { uncontrolledFetch } = NangoActionCLI.prototype;
    NangoActionCLI.prototype.uncontrolledFetch = async function (options) {
        const run = Run.current;
        const method = (options.method ?? 'GET').toUpperCase();
        const response = await uncontrolledFetch.call(this, options);
        const text = await response.text();
        const call = `fetch ${method} ${options.url.href} ${options.body ?? ''}`;
        const headers = [...response.headers].filter(
            ([name]) => !['connection', 'keep-alive', 'content-length'].includes(name),
        );
        run.fetched.push({ call, method, options, status: response.status, headers, response: bodyValue(text) });
        const answer = { status: response.status, headers: Object.fromEntries(headers), body: Buffer.from(text) };
        const given = run.mutation?.call === call ? changed(answer, run.mutation.change) : answer;
        const body = [204, 205, 304].includes(given.status) ? null : given.body;
        return new Response(body, { status: given.status, headers: given.headers });
    };
}
