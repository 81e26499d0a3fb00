// What an editor does with a run that waits for a debugger: see README.md.
import { TraceMap, generatedPositionFor, originalPositionFor } from '@jridgewell/trace-mapping';
import CDP from 'chrome-remote-interface';

const [port, file, line, expression, hold] = process.argv.slice(2);
const [target] = await CDP.List({ port });
// The description of the protocol is the client's own: Chrome's, as that of every debugger.
const client = await CDP({ port, target, local: true });
const { Debugger, Runtime } = client;

const scripts = new Map();
Debugger.scriptParsed((script) => scripts.set(script.scriptId, script));
const stop = () => new Promise((resolve) => void Debugger.paused(resolve));
const mapOf = ({ sourceMapURL }) => {
    const [, encoded] = sourceMapURL.split('base64,');
    return new TraceMap(Buffer.from(encoded, 'base64').toString());
};
const placeOf = ({ location: { scriptId, lineNumber, columnNumber } }) => {
    const { source, line } = originalPositionFor(mapOf(scripts.get(scriptId)), { line: lineNumber + 1, column: columnNumber });
    return { source, line };
};

await Runtime.enable();
await Debugger.enable();
const begun = stop();
await Runtime.runIfWaitingForDebugger();
const first = await begun;
const script = [...scripts.values()].find(({ sourceMapURL }) => sourceMapURL && mapOf({ sourceMapURL }).sources.includes(file));
const { line: generated, column } = generatedPositionFor(mapOf(script), { source: file, line: Number(line), column: 8 });
await Debugger.setBreakpoint({ location: { scriptId: script.scriptId, lineNumber: generated - 1, columnNumber: column } });

const reached = stop();
await Debugger.resume();
const { callFrames } = await reached;
const { result } = await Debugger.evaluateOnCallFrame({ callFrameId: callFrames[0].callFrameId, expression });
const seen = {
    title: target.title,
    first: scripts.get(first.callFrames[0].location.scriptId).url,
    function: callFrames[0].functionName,
    place: placeOf(callFrames[0]),
    value: result.value,
};
// Whoever waits for this line knows that the run is held.
console.log(JSON.stringify(seen));
await new Promise((resolve) => setTimeout(resolve, Number(hold)));
const gone = new Promise((resolve) => client.once('disconnect', resolve));
await Debugger.resume();
await gone;
