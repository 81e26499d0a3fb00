//! A function of 2,000 lines with zod schemas of 200 fields each, as generated clients have them.

use std::fmt::Write as _;

use crate::documents::FIELDS;

/// How many schemas it takes to reach the length.
const SCHEMAS: usize = 9;
/// Lines of the whole file.
const LINES: usize = 2_000;

/// The source.
pub(crate) fn source() -> String {
    let mut text = String::from("import { createOnEvent } from 'nango';\nimport * as z from 'zod';\n");
    for schema in 0..SCHEMAS {
        let _ = writeln!(text, "\nconst Schema{schema} = z.object({{");
        for field in 0..FIELDS {
            let kind = if field % 2 == 0 { "z.string()" } else { "z.number().optional()" };
            let comma = if field + 1 < FIELDS { "," } else { "" };
            let _ = writeln!(text, "    field_{field}: {kind}{comma}");
        }
        text.push_str("});\n");
    }
    text.push_str(EXEC);
    let missing = LINES.saturating_sub(text.lines().count());
    // What is left are small functions, called by nobody: a real file has those, too.
    for number in 0..missing / 4 {
        let _ = writeln!(
            text,
            "\nexport function convert{number}(value: number): number {{\n    return value * {number} + 1;\n}}"
        );
    }
    text
}

const EXEC: &str = "
export default createOnEvent({
    event: 'validate-connection',
    description: 'Checks what the provider says by the first and the last of its schemas',
    exec: async (nango) => {
        const { data } = await nango.get<Record<string, unknown>>({ endpoint: '/fields' });
        const first = Schema0.parse(data);
        const last = Schema8.parse(data);
        await nango.setMetadata({ fields: Object.keys(first).length + Object.keys(last).length });
    }
});
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_length_that_the_tables_say() {
        let lines = source().lines().count();
        assert!((1_990..=2_000).contains(&lines), "{lines}");
        assert_eq!(source().matches("z.object").count(), SCHEMAS);
    }
}
