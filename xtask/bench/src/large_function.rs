//! A function of 2,000 lines with zod schemas of 200 fields each, as generated clients have them.

use std::fmt::Write as _;

use crate::documents::{FIELDS, LABELLED};

/// How many schemas there are.
const SCHEMAS: usize = 9;

/// The source. Nango's compiler allows no named exports and nothing that is never read, so everything is in some list.
pub(crate) fn source() -> String {
    let mut text = String::from("import { createOnEvent } from 'nango';\nimport * as z from 'zod';\n");
    for schema in 0..SCHEMAS {
        let _ = writeln!(text, "\nconst Schema{schema} = z.object({{");
        for field in 0..FIELDS {
            let kind = if field.is_multiple_of(2) { "z.string()" } else { "z.number().optional()" };
            let _ = writeln!(text, "    field_{field}: {kind},");
        }
        text.push_str("});\n");
    }
    let names: Vec<String> = (0..SCHEMAS).map(|schema| format!("Schema{schema}")).collect();
    let _ = writeln!(
        text,
        "\nconst schemas = [{}];\n\nconst labels: Record<string, string> = {{",
        names.join(", ")
    );
    for field in 0..LABELLED {
        let _ = writeln!(text, "    field_{field}: 'Field {field}',");
    }
    text.push_str("};\n");
    text.push_str(EXEC);
    text
}

const EXEC: &str = "
export default createOnEvent({
    event: 'validate-connection',
    description: 'Checks what the provider says by two of its schemas, and counts what has a label',
    metadata: z.object({ fields: z.number().optional() }),
    exec: async (nango) => {
        const { data } = await nango.get<Record<string, unknown>>({ endpoint: '/fields' });
        const checked = schemas.slice(0, 2).flatMap((schema) => Object.keys(schema.parse(data)));
        await nango.setMetadata({ fields: checked.filter((field) => field in labels).length });
    }
});
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_length_that_the_tables_say() {
        let lines = source().lines().count();
        assert!((1_990..=2_010).contains(&lines), "{lines}");
        assert_eq!(source().matches("= z.object").count(), SCHEMAS);
    }
}
