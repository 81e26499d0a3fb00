// Writes a worker and its configuration: `node workerd.mjs STAGE FUNCTION PROVIDER TOKEN FOLDER PORT`.
//
// One warm isolate runs everything: nothing is between one run and the next. A run is a POST with the metadata.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { bundled, compiled } from './bundle.mjs';
import { versionsOf } from './package-versions.mjs';

const [stage, name, provider, token, folder, port] = process.argv.slice(2);
const entry = `
import { fetching, runWith } from './facade.js';
import * as definition from ${JSON.stringify(compiled(stage, name))};

const host = fetching(${JSON.stringify(provider)}, ${JSON.stringify(token)});
export default {
    async fetch(request) {
        return Response.json(await runWith(definition.default.default ?? definition.default, await request.json(), host));
    },
};
`;
await mkdir(folder, { recursive: true });
await writeFile(path.join(folder, 'worker.js'), await bundled(entry, { format: 'esm' }));
// Loopback is a private network, which a worker reaches only where its configuration says so.
const configuration = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "main", worker = .worker ),
    ( name = "internet", network = ( allow = ["public", "private", "local"] ) )
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:${port}", http = (), service = "main" ) ]
);
const worker :Workerd.Worker = (
  modules = [ ( name = "worker.js", esModule = embed "worker.js" ) ],
  compatibilityDate = "2026-01-01"
);
`;
await writeFile(path.join(folder, 'config.capnp'), configuration);
console.log(JSON.stringify({ versions: Object.entries(versionsOf('workerd', 'nango', 'zod')) }));
