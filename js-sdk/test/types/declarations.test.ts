// The declarations that authors get: both compilers accept what authors write, and refuse what they may not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The folder js-sdk: this file runs from dist/test/types. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const COMPILERS = { 'TypeScript 5.8': 'typescript-5.8', 'TypeScript 7': 'typescript' };
const SAMPLES = 40;

function compile(compiler: string, project: string): { status: number | null; text: string } {
    const program = join(root, 'node_modules', compiler, 'bin', 'tsc');
    const run = spawnSync(process.execPath, [program, '--noEmit', '--strict', '--pretty', 'false', '-p', resolve(root, project)], {
        cwd: root,
        encoding: 'utf8',
    });
    return { status: run.status, text: run.stdout + run.stderr };
}

/** A project of an author's own: the examples, the declarations, the documented configuration, and what npm installs. */
function authorsProject(): string {
    const folder = mkdtempSync(join(tmpdir(), 'onevent-types-'));
    cpSync(join(root, '..', 'examples'), folder, { recursive: true });
    cpSync(join(root, 'types', 'nango.d.ts'), join(folder, 'nango.d.ts'));
    const page = readFileSync(join(root, '..', 'docs', 'types.md'), 'utf8');
    const blocks = [...page.matchAll(/^```json\n([^]*?)^```$/gm)].map(([, block]) => block ?? '');
    const [configuration] = blocks.filter((block) => block.startsWith('{'));
    assert.ok(configuration, 'docs/types.md has a whole configuration');
    writeFileSync(join(folder, 'tsconfig.json'), configuration);
    mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true });
    for (const name of ['zod', '@types/node']) {
        symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
    return folder;
}

for (const [name, compiler] of Object.entries(COMPILERS)) {
    test(`${name} is the version that is meant`, () => {
        const { version } = JSON.parse(readFileSync(join(root, 'node_modules', compiler, 'package.json'), 'utf8'));
        assert.equal(`TypeScript ${version}`.startsWith(name), true, version);
    });

    for (const project of ['../examples', '../tests/corpus', 'test/types', 'test/types/tsconfig.declarations.json']) {
        test(`${name} finds nothing wrong in ${project}`, () => {
            assert.deepEqual(compile(compiler, project), { status: 0, text: '' });
        });
    }

    test(`${name} takes the documented configuration in a project of its own`, () => {
        const folder = authorsProject();
        try {
            assert.deepEqual(compile(compiler, folder), { status: 0, text: '' });
            const wrong = join(folder, 'salesforce', 'on-events', 'wrong.ts');
            writeFileSync(wrong, "import { createOnEvent } from 'nango';\ncreateOnEvent({ description: 'no event', exec: () => undefined });\n");
            assert.match(compile(compiler, folder).text, /wrong\.ts\(2,\d+\): error TS(2345|2741)/, 'a control');
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    test(`${name} refuses what is wrong, each in its line`, () => {
        const { status, text } = compile(compiler, 'test/types/tsconfig.wrong.json');
        const found = [...text.matchAll(/wrong\.ts\((\d+),\d+\): error (TS\d+)/g)].map(([, line, code]) => `${line} ${code}`);
        assert.notEqual(status, 0);
        assert.deepEqual(found, ['5 TS2322', '6 TS2339', '7 TS2345', '8 TS2322'], text);
    });
}

test('the declarations are those of the sources', () => {
    const made = spawnSync(process.execPath, ['build-types.mjs', '--print'], { cwd: root, encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    const committed = readFileSync(join(root, 'types', 'nango.d.ts'), 'utf8');
    assert.equal(committed, made.stdout, 'types/nango.d.ts is not what the sources say: run `npm run types`');
});

test('the declarations import from zod only, and every declaration and member has a comment', () => {
    const text = readFileSync(join(root, 'types', 'nango.d.ts'), 'utf8');
    const lines = text.split('\n');
    const code = lines.filter((line) => !line.startsWith('//')).join('\n');
    assert.deepEqual(code.match(/(?:from |import\()['"][^'"]+['"]/g), ["from 'zod'"]);
    let block = '';
    const bare = lines.filter((line, index) => {
        block = /^\w/.test(line) ? line : block;
        const declaration = /^(export |type |interface )/.test(line);
        const member = /\b(interface|class) /.test(block) && /^ {4}(readonly |static )?[\w$]+\??[:(<]/.test(line);
        return (declaration || member) && !/\*\/$/.test(lines[index - 1] ?? '');
    });
    assert.deepEqual(bare, []);
});

test('there are as many samples as promised', () => {
    const samples = readdirSync(join(root, 'test', 'types', 'samples'), { recursive: true, encoding: 'utf8' });
    const functions = samples
        .filter((file) => file.endsWith('.ts'))
        .flatMap((file) => readFileSync(join(root, 'test', 'types', 'samples', file), 'utf8').match(/\bcreate(OnEvent|Action)\(\{/g) ?? []);
    assert.ok(functions.length >= SAMPLES, `only ${functions.length}`);
});
