// Writes types/nango.d.ts, the declarations of the module `nango` for authors' editors, from the SDK's sources.
//
// `npm run types` writes the file, which is committed; with --print it is only shown, and a test compares the two.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// TypeScript 7 has no stable programming interface; the declarations are the same.
import ts from 'typescript-5.8';

/** The sources of the public types, in the order in which a reader wants them. */
const SOURCES = ['nango.ts', 'types.ts', 'request-types.ts', 'members.ts', 'sync.ts', 'errors/action-error.ts'];
/** Exports of these sources that `nango` does not export. */
const INTERNAL = ['ACTION_ERROR_TYPE'];

const HEADER = `// The module \`nango\`, for editors and compilers. Written by \`npm run types\` from js-sdk/src: change the sources.
//
// Copy this file or point to it; one line in the "compilerOptions" of tsconfig.json makes \`import … from 'nango'\` find it:
//
//     "paths": { "nango": ["./nango.d.ts"] }

import type * as z from 'zod';
`;

/** The declarations that the compiler makes of the sources, by the path of the source. */
function declarations(folder) {
    const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, folder);
    const files = SOURCES.map((file) => join(folder, 'src', file));
    const program = ts.createProgram([...files, join(folder, 'src', 'ext.d.ts')], {
        ...options,
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        newLine: ts.NewLineKind.LineFeed,
    });
    const made = new Map();
    for (const file of files) {
        const source = program.getSourceFile(file);
        const { diagnostics } = program.emit(source, (_path, text) => made.set(file, text), undefined, true);
        if (diagnostics.length > 0) {
            throw new Error(ts.flattenDiagnosticMessageText(diagnostics[0].messageText, '\n'));
        }
    }
    return files.map((file) => made.get(file));
}

function isInternal(statement) {
    const names = ts.isVariableStatement(statement)
        ? statement.declarationList.declarations.map(({ name }) => name.text)
        : [statement.name?.text];
    return names.some((name) => INTERNAL.includes(name));
}

/** The statements of one file that declare something public, with their comments. */
function publicStatements(text) {
    const file = ts.createSourceFile('one.d.ts', text, ts.ScriptTarget.Latest, true);
    return file.statements
        .filter((statement) => !ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement))
        .filter((statement) => !isInternal(statement))
        .map((statement) => text.slice(statement.getStart(file, true), statement.end));
}

/** The text of types/nango.d.ts. */
function nangoDeclarations(folder) {
    const statements = declarations(folder).flatMap(publicStatements);
    // One module: what the sources import from one another is declared in it, and zod is imported once.
    const joined = statements.join('\n\n').replaceAll("import('zod')", 'z').replaceAll('import("zod")', 'z');
    return `${HEADER}\n${joined}\n`;
}

const here = dirname(fileURLToPath(import.meta.url));
const text = nangoDeclarations(here);
if (process.argv[2] === '--print') {
    process.stdout.write(text);
} else {
    await writeFile(join(here, 'types', 'nango.d.ts'), text);
}
