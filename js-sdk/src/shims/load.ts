// A script that few functions need, evaluated at its first use.
import { core } from 'ext:core/mod.js';

export function load<Script>(specifier: string): Script {
    return core.loadExtScript(specifier) as Script;
}
