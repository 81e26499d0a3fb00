// The versions that are installed.
import { readFileSync } from 'node:fs';

/** Of these packages, by name. */
export function versionsOf(...names) {
    const version = (name) =>
        JSON.parse(readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
    return Object.fromEntries(names.map((name) => [name, version(name)]));
}
