// Takes orders: one JSON document on each line, in on stdin, out on stdout.
import { createInterface } from 'node:readline';

/** What functions say on the console must not be among the answers. */
const write = process.stdout.write.bind(process.stdout);
for (const method of ['log', 'info', 'warn', 'error', 'debug']) {
    console[method] = () => {};
}

const say = (answer) => write(`${JSON.stringify(answer)}\n`);

/** Calls with so many callers, each of which waits for its answer before it calls again. */
async function drive({ runs, callers, metadata }, run) {
    const batch = { latencies_ms: [], refused: 0, failure: null, metadata: null };
    let left = runs;
    const used = process.cpuUsage();
    const started = performance.now();
    const caller = async () => {
        while (left > 0) {
            left -= 1;
            const start = performance.now();
            const ran = await run(metadata);
            batch.latencies_ms.push(performance.now() - start);
            batch.metadata = ran.metadata;
            if (ran.outcome !== 'succeeded') {
                batch.failure ??= `${ran.outcome}: ${ran.message}`;
            }
        }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    batch.wall_ms = performance.now() - started;
    // What ends after the answer belongs to the run.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { user, system } = process.cpuUsage(used);
    return { ...batch, cpu_ms: (user + system) / 1000 };
}

/** Serves orders with `run(metadata)`, which gives `{ outcome, message, metadata }`. */
export async function serve(versions, run) {
    say({ versions: Object.entries(versions) });
    for await (const line of createInterface({ input: process.stdin })) {
        const order = JSON.parse(line);
        say(order.do === 'probe' ? await run(order.metadata) : await drive(order, run));
    }
    process.exit();
}
