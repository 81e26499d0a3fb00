// CommonJS: `require`, and what stands around a module's code. Evaluated when a function first has such a module.
//
// Which file a specifier means was decided when the project was loaded. Nothing is looked for here.
(function () {
    const { core, primordials } = __bootstrap;
    const { op_onevent_commonjs_function, op_onevent_commonjs_json, op_onevent_require_target } = core.ops;
    const { ObjectDefineProperty, ObjectKeys, Error, ReflectApply, JSONParse } = primordials;
    const { queueMicrotask } = globalThis;

    /** The built-in modules whose scripts are loaded at the first use. */
    const LAZY = {
        __proto__: null,
        buffer: 'ext:onevent/buffer.js',
        crypto: 'ext:onevent/node_crypto.js',
        url: 'ext:onevent/node_url.js',
    };

    /** Path -> the CommonJS module or JSON value that was loaded from it. */
    const loaded = { __proto__: null };
    /** Path or built-in name -> the namespace of an ECMAScript module that a CommonJS module may require. */
    const namespaces = { __proto__: null };

    const coded = (message, code) => {
        const error = new Error(message);
        error.code = code;
        return error;
    };

    /** What packages find as `process`. There is no process: this says so to those who ask. */
    const process = {
        argv: [],
        browser: true,
        env: { NODE_ENV: 'production' },
        pid: 0,
        platform: 'browser',
        version: '',
        versions: {},
        cwd: () => '/',
        emitWarning() {},
        nextTick: (callback, ...values) => queueMicrotask(() => callback(...values)),
        on() {
            return process;
        },
    };

    /** An ECMAScript module as `require` gives it: what was compiled from one sees its default export. */
    function required(namespace) {
        const names = ObjectKeys(namespace);
        if (names.includes('module.exports')) return namespace['module.exports'];
        const exports = { __proto__: null };
        for (const name of names) {
            ObjectDefineProperty(exports, name, { __proto__: null, enumerable: true, get: () => namespace[name] });
        }
        if (names.includes('default') && !names.includes('__esModule')) {
            ObjectDefineProperty(exports, '__esModule', { __proto__: null, value: true });
        }
        return exports;
    }

    function esModule(name) {
        if (!(name in loaded)) loaded[name] = { exports: required(namespaces[name]) };
        return loaded[name].exports;
    }

    function evaluate(path) {
        const module = { exports: {}, id: path, path: dirname(path), filename: `/${path}`, loaded: false, children: [], paths: [] };
        module.require = createRequire(path);
        loaded[path] = module;
        try {
            const code = op_onevent_commonjs_function(path);
            const names = [module.exports, module.require, module, module.filename, module.path, globalThis, process];
            ReflectApply(code, module.exports, names);
        } catch (error) {
            delete loaded[path];
            throw error;
        }
        module.loaded = true;
        return module.exports;
    }

    const dirname = (path) => (path.includes('/') ? `/${path.slice(0, path.lastIndexOf('/'))}` : '/');

    /** `module.exports` of the module at `path`. */
    function load(path) {
        const known = loaded[path];
        return known === undefined ? evaluate(path) : known.exports;
    }

    function json(path) {
        if (!(path in loaded)) loaded[path] = { exports: JSONParse(op_onevent_commonjs_json(path)) };
        return loaded[path].exports;
    }

    /** The `require` of the module at `path`. */
    function createRequire(path) {
        function require(specifier) {
            const { kind, name } = op_onevent_require_target(path, `${specifier}`);
            switch (kind) {
                case 'common_js':
                    return load(name);
                case 'json':
                    return json(name);
                case 'es_module':
                    return esModule(name);
                case 'built_in':
                    return name in LAZY ? core.loadExtScript(LAZY[name]) : esModule(name);
                case 'of_node':
                    throw coded(`Module '${specifier}' is not allowed: functions have buffer, crypto and url of Node's modules`, 'MODULE_NOT_FOUND');
                default:
                    throw coded(`Cannot find module '${specifier}', required by ${path}`, 'MODULE_NOT_FOUND');
            }
        }
        require.resolve = (specifier) => {
            const { kind, name } = op_onevent_require_target(path, `${specifier}`);
            if (kind === 'built_in' || kind === 'of_node') return specifier;
            if (kind === 'missing') throw coded(`Cannot find module '${specifier}', required by ${path}`, 'MODULE_NOT_FOUND');
            return `/${name}`;
        };
        require.cache = {};
        require.main = undefined;
        return require;
    }

    /** Takes the namespaces of the ECMAScript modules that `require` may be asked for. */
    function provide(more) {
        for (const name of ObjectKeys(more)) namespaces[name] ??= more[name];
    }

    /** A named export of a CommonJS module. */
    const member = (exports, name) => (exports === null || exports === undefined ? undefined : exports[name]);

    /** The default export of a module that may have been an ECMAScript module once. */
    const exportedDefault = (exports) => (member(exports, '__esModule') && 'default' in exports ? exports.default : exports);

    return { createRequire, exportedDefault, global: globalThis, load, member, process, provide };
})();
