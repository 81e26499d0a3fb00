// CommonJS: `require`, and what stands around a module's code. Evaluated when a function first has such a module.
//
// Which file a specifier means was decided when the project was loaded. Nothing is looked for here.
import { primordials } from 'ext:core/mod.js';
import { op_onevent_commonjs_function, op_onevent_commonjs_json, op_onevent_require_target } from 'ext:core/ops';

import { load as loadScript } from '../load.ts';

const { ObjectDefineProperty, ObjectKeys, Error, ReflectApply, JSONParse } = primordials;

const table = <Value>(values: Record<string, Value> = {}): Record<string, Value> => Object.assign(Object.create(null) as object, values);

/** The built-in modules whose scripts are loaded at the first use. */
const LAZY: Record<string, string | undefined> = table({
    buffer: 'ext:onevent/buffer.js',
    crypto: 'ext:onevent/node_crypto.js',
    url: 'ext:onevent/node_url.js',
});

interface Loaded {
    exports: unknown;
}

type Namespace = Record<string, unknown>;

interface CommonJsModule extends Loaded {
    id: string;
    path: string;
    filename: string;
    loaded: boolean;
    children: unknown[];
    paths: string[];
    require: Require;
}

interface Require {
    (specifier: unknown): unknown;
    resolve(specifier: unknown): string;
    cache: object;
    main: undefined;
}

const coded = (message: string, code: string): Error => {
    const error = new Error(message) as Error & { code?: string };
    error.code = code;
    return error;
};

const dirname = (path: string): string => (path.includes('/') ? `/${path.slice(0, path.lastIndexOf('/'))}` : '/');

const missing = (specifier: unknown, path: string): Error =>
    coded(`Cannot find module '${specifier as string}', required by ${path}`, 'MODULE_NOT_FOUND');

/** A named export of a CommonJS module. */
export const member = (exports: unknown, name: string): unknown =>
    exports === null || exports === undefined ? undefined : (exports as Namespace)[name];

/** The default export of a module that may have been an ECMAScript module once. */
export const exportedDefault = (exports: unknown): unknown =>
    member(exports, '__esModule') && 'default' in (exports as object) ? (exports as Namespace)['default'] : exports;

/**
 * What one run has of CommonJS: its modules, evaluated once. `global` is the global object that they see; in a shared isolate
 * each run has one.
 */
export function createCommonJs(global: typeof globalThis) {
    const { queueMicrotask } = global;
    /** Path -> the CommonJS module or JSON value that was loaded from it. */
    const loaded = table<Loaded | undefined>();
    /** Path or built-in name -> the namespace of an ECMAScript module that a CommonJS module may require. */
    const namespaces = table<Namespace | undefined>();

    /** What packages find as `process`. There is no process: this says so to those who ask. */
    const process = {
        argv: [],
        browser: true,
        env: { NODE_ENV: 'production' },
        pid: 0,
        platform: 'browser',
        version: '',
        versions: {},
        cwd: (): string => '/',
        emitWarning(): void {},
        nextTick: (callback: (...values: unknown[]) => void, ...values: unknown[]): void => queueMicrotask(() => callback(...values)),
        on(): unknown {
            return process;
        },
    };

    /** An ECMAScript module as `require` gives it: what was compiled from one sees its default export. */
    function required(namespace: Namespace): unknown {
        const names = ObjectKeys(namespace);
        if (names.includes('module.exports')) return namespace['module.exports'];
        const exports = table<unknown>();
        for (const name of names) {
            const descriptor: PropertyDescriptor & { __proto__: null } = { __proto__: null, enumerable: true, get: () => namespace[name] };
            ObjectDefineProperty(exports, name, descriptor);
        }
        if (names.includes('default') && !names.includes('__esModule')) {
            const descriptor: PropertyDescriptor & { __proto__: null } = { __proto__: null, value: true };
            ObjectDefineProperty(exports, '__esModule', descriptor);
        }
        return exports;
    }

    function esModule(name: string): unknown {
        const known = loaded[name];
        if (known !== undefined) return known.exports;
        const exports = required(namespaces[name] as Namespace);
        loaded[name] = { exports };
        return exports;
    }

    function evaluate(path: string): unknown {
        const module: CommonJsModule = {
            exports: {},
            id: path,
            path: dirname(path),
            filename: `/${path}`,
            loaded: false,
            children: [],
            paths: [],
            require: createRequire(path),
        };
        loaded[path] = module;
        try {
            const code = op_onevent_commonjs_function(path);
            const names = [module.exports, module.require, module, module.filename, module.path, global, process];
            ReflectApply(code, module.exports, names);
        } catch (error) {
            delete loaded[path];
            throw error;
        }
        module.loaded = true;
        return module.exports;
    }

    /** `module.exports` of the module at `path`. */
    function load(path: string): unknown {
        const known = loaded[path];
        return known === undefined ? evaluate(path) : known.exports;
    }

    function json(path: string): unknown {
        const known = loaded[path];
        if (known !== undefined) return known.exports;
        const exports: unknown = JSONParse(op_onevent_commonjs_json(path));
        loaded[path] = { exports };
        return exports;
    }

    function builtIn(name: string): unknown {
        const script = LAZY[name];
        return script === undefined ? esModule(name) : loadScript(script);
    }

    /** The `require` of the module at `path`. */
    function createRequire(path: string): Require {
        function require(specifier: unknown): unknown {
            const target = op_onevent_require_target(path, `${specifier as string}`);
            switch (target.kind) {
                case 'common_js':
                    return load(target.name);
                case 'json':
                    return json(target.name);
                case 'es_module':
                    return esModule(target.name);
                case 'built_in':
                    return builtIn(target.name);
                case 'of_node': {
                    const text = `Module '${specifier as string}' is not allowed: functions have buffer, crypto and url of Node's modules`;
                    throw coded(text, 'MODULE_NOT_FOUND');
                }
                case 'missing':
                    throw missing(specifier, path);
            }
        }
        require.resolve = (specifier: unknown): string => {
            const { kind, name } = op_onevent_require_target(path, `${specifier as string}`);
            if (kind === 'built_in' || kind === 'of_node') return specifier as string;
            if (kind === 'missing') throw missing(specifier, path);
            return `/${name}`;
        };
        require.cache = {};
        require.main = undefined;
        return require;
    }

    /** Takes the namespaces of the ECMAScript modules that `require` may be asked for. */
    function provide(more: Record<string, Namespace>): void {
        for (const name of ObjectKeys(more)) namespaces[name] ??= more[name];
    }
    return { createRequire, exportedDefault, global, load, member, process, provide };
}

const ofIsolate = createCommonJs(globalThis);
export const { createRequire, global, load, process, provide } = ofIsolate;
