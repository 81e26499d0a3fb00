// The ops behind `require`: which module a specifier means was decided when the project was loaded.

/** What `require` gets. */
export type Required =
    | { kind: 'common_js' | 'json' | 'es_module' | 'built_in'; name: string }
    | { kind: 'of_node' | 'missing'; name?: undefined };

/** A CommonJS module's code, as a function of the names that it finds in its scope. */
export type ModuleFunction = (this: unknown, ...scope: unknown[]) => void;

export interface ModuleOps {
    op_onevent_require_target(path: string, specifier: string): Required;
    op_onevent_commonjs_json(path: string): string;
    op_onevent_commonjs_function(path: string): ModuleFunction;
}
