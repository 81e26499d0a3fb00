// The corpus as Nango's own tool sees it: type-checked, bundled and read by the package `nango`.
import { appendFile, copyFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { nangoModule } from './nango-package.mjs';

const { compileAllFunctions } = await nangoModule('zeroYaml/compile.js');
const { parseIntegrationDefinitions } = await nangoModule('zeroYaml/definitions.js');

export const folder = path.resolve(import.meta.dirname, '..');

function unwrap(result) {
    if (result.isErr()) {
        throw new Error(`Nango's tool refuses the corpus: ${result.error.message ?? result.error}`);
    }
    return result.value;
}

/**
 * Nango's tool cannot run an event function, although its SDK is that of an action. So its bundle is copied to where
 * the tool looks for actions, and the copy says that it is one.
 */
async function showAsAction(integration, name) {
    const bundle = (kind) => path.join(folder, 'build', `${integration}_${kind}_${name}.cjs`);
    await copyFile(bundle('on-events'), bundle('actions'));
    await appendFile(bundle('actions'), "\nmodule.exports.default.type = 'action';\n");
}

/** Compiles everything; gives what is declared, by `<integration>/<function>`. */
export async function compileProject() {
    await rm(path.join(folder, 'build'), { recursive: true, force: true });
    await mkdir(path.join(folder, '.nango'), { recursive: true });
    unwrap(await compileAllFunctions({ fullPath: folder, debug: false, interactive: false }));
    const { integrations } = unwrap(await parseIntegrationDefinitions({ fullPath: folder, debug: false }));
    const declared = new Map();
    for (const { providerConfigKey: integration, actions, onEventScripts } of integrations) {
        for (const action of actions) {
            declared.set(`${integration}/${action.name}`, { kind: 'action', ...action });
        }
        for (const name of Object.values(onEventScripts).flat()) {
            if (declared.has(`${integration}/${name}`)) {
                throw new Error(
                    `${integration}/${name} is an action and an event function: the recorder needs two names`,
                );
            }
            await showAsAction(integration, name);
            declared.set(`${integration}/${name}`, { kind: 'on-event', name });
        }
    }
    return declared;
}
