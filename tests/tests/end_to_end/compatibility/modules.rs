//! The modules that a function may import.

use serde_json::json;

use super::row::Row;

/// A function that imports, and shows a value.
fn importing(import: &str, value: &str) -> Row {
    Row::file(format!(
        "import {{ createOnEvent }} from 'nango';\n{import}\n\
         export default createOnEvent({{ description: 'd', event: 'validate-connection',\n\
         exec: async (nango: any) => {{ await nango.log('given', {{ value: {value} }}); }} }});\n"
    ))
}

fn refused(specifier: &'static str) -> Row {
    importing(&format!("import imported from '{specifier}';"), "typeof imported")
        .exits(10)
        .says("/error/message", specifier)
        .has("/error/file", json!("salesforce/on-events/check.ts"))
        .has("/error/line", json!(2))
}

/// A function that imports a CommonJS package, whose only export is a function with this body.
fn requiring(body: &str) -> Row {
    importing("import run from 'cjs';", "run()")
        .with_file(
            "node_modules/cjs/package.json",
            "{\"name\": \"cjs\", \"version\": \"1.0.0\", \"main\": \"index.js\"}",
        )
        .with_file("node_modules/cjs/index.js", format!("module.exports = () => {{ {body} }};\n"))
}

const SHA: &str = "createHash('sha1').update('abc').digest('hex')";
const ABC: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";

rows! {
    zod => importing("import * as z from 'zod';", "z.string().safeParse(1).success").gives(json!(false));
    zod_by_its_default => importing("import { z } from 'zod';", "z.string().parse('x')").gives(json!("x"));
    url => importing("import { URL } from 'url';", "new URL('https://a.example/b').pathname").gives(json!("/b"));
    node_url => importing("import { parse } from 'node:url';", "parse('https://a.example/b').pathname").gives(json!("/b"));
    crypto => importing("import { createHash } from 'crypto';", SHA).gives(json!(ABC));
    node_crypto => importing("import { createHash } from 'node:crypto';", SHA).gives(json!(ABC));
    node_crypto_by_its_default => importing("import crypto from 'node:crypto';", &format!("crypto.{SHA}")).gives(json!(ABC));
    types_come_from_anywhere => importing("import type { Anything } from 'no-such-package';", "1").gives(json!(1));
    files_of_the_project => importing("import { one } from '../shared.js';", "one").with_file("salesforce/shared.ts", "export const one: number = 1;\n").gives(json!(1));

    // Nango says "Module 'fs' is not allowed" when it runs; onevent says it when the function is loaded.
    fs => refused("fs");
    node_fs => refused("node:fs");
    child_process => refused("child_process");
    net => refused("node:net");
    process => refused("process");

    require_of_fs => requiring("try { require('fs'); return 'got it'; } catch (error) { return error.message.split(':')[0]; }")
        .gives(json!("Module 'fs' is not allowed"));
    require_of_node_crypto => requiring(&format!("return require('node:crypto').{SHA};")).gives(json!(ABC));

    no_module_is_fetched => refused("https://example.com/x.js");
    nothing_outside_of_the_project => refused("../../../outside");
    a_module_cannot_be_required => Row::body("let got: unknown = 'nothing';\ntry { got = (globalThis as any).require('fs'); } catch (e: any) { got = e instanceof Error; }\ngive(got);").gives(json!(true));
    a_module_cannot_be_imported_later => Row::body("let got: unknown = 'nothing';\ntry { got = await import('node:f' + 's'); } catch (e: any) { got = e instanceof Error; }\ngive(got);").gives(json!(true));
}
