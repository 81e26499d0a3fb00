use crate::limits::MAX_TEMPLATE_DEPTH;

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment<'t> {
    /// Copied.
    Text(&'t str),
    /// `${name}`.
    Value(&'t str),
    /// `${name(…)}`; what stands between the parentheses is a template again.
    Call(&'t str, Vec<Segment<'t>>),
    /// `${…}` nested deeper than anybody needs.
    TooDeep(&'t str),
}

/// `A || B`: the first alternative whose values are all there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template<'t> {
    pub(crate) alternatives: Vec<Vec<Segment<'t>>>,
}

impl<'t> Template<'t> {
    /// Reads a template of a provider or an integration. A text without any `${` is itself, also where it holds `||`.
    pub(crate) fn parse(text: &'t str) -> Self {
        if !text.contains("${") {
            return Self::without_alternatives(text);
        }
        let alternatives = alternatives(text).map(|part| segments(part.trim(), 0)).collect();
        Self { alternatives }
    }

    /// Reads a text in which `||` means nothing: an author's endpoint.
    pub(crate) fn without_alternatives(text: &'t str) -> Self {
        Self { alternatives: vec![segments(text, 0)] }
    }
}

/// Splits at `||` outside of `${…}`.
fn alternatives(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        let mut depth = 0_usize;
        let mut previous = '\0';
        for (index, character) in current.char_indices() {
            match (previous, character) {
                ('$', '{') => depth += 1,
                (_, '}') => depth = depth.saturating_sub(1),
                ('|', '|') if depth == 0 => {
                    rest = current.get(index + 1..);
                    return current.get(..index - 1);
                }
                _ => {}
            }
            previous = character;
        }
        rest = None;
        Some(current)
    })
}

fn segments(text: &str, depth: usize) -> Vec<Segment<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once("${") {
        let Some((inside, after)) = split_at_closing_brace(opened) else { break };
        if !before.is_empty() {
            found.push(Segment::Text(before));
        }
        found.push(placeholder(inside, depth));
        rest = after;
    }
    // A `${` that nobody closes is a text like any other.
    if !rest.is_empty() {
        found.push(Segment::Text(rest));
    }
    found
}

fn placeholder(inside: &str, depth: usize) -> Segment<'_> {
    if depth >= MAX_TEMPLATE_DEPTH {
        return Segment::TooDeep(inside);
    }
    match inside.trim().strip_suffix(')').and_then(|call| call.split_once('(')) {
        Some((name, arguments)) => Segment::Call(name, segments(arguments, depth + 1)),
        None => Segment::Value(inside.trim()),
    }
}

/// Splits behind the `}` that closes the `${` before `text`; `None` where it is not closed.
fn split_at_closing_brace(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1_usize;
    let mut previous = '\0';
    for (index, character) in text.char_indices() {
        match (previous, character) {
            ('$', '{') => depth += 1,
            (_, '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(..index)?, text.get(index + 1..)?));
        }
        previous = character;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_split_only_outside_of_placeholders() {
        let template = Template::parse("https://${connectionConfig.hostname} || https://a.example");
        assert_eq!(
            template.alternatives,
            [
                vec![Segment::Text("https://"), Segment::Value("connectionConfig.hostname")],
                vec![Segment::Text("https://a.example")],
            ]
        );
        assert_eq!(Template::parse("a || b").alternatives, [vec![Segment::Text("a || b")]]);
        assert_eq!(Template::parse("${base64(a||b)}").alternatives.len(), 1);
    }

    #[test]
    fn calls_nest_and_braces_inside_them_do_not_close_them() {
        let template =
            Template::parse("Basic ${base64(${credentials.username}/token:${credentials.password})}!");
        assert_eq!(
            template.alternatives[0],
            [
                Segment::Text("Basic "),
                Segment::Call(
                    "base64",
                    vec![
                        Segment::Value("credentials.username"),
                        Segment::Text("/token:"),
                        Segment::Value("credentials.password"),
                    ]
                ),
                Segment::Text("!"),
            ]
        );
    }

    #[test]
    fn what_is_not_closed_is_text_and_nesting_has_an_end() {
        assert_eq!(Template::parse("a${b").alternatives, [vec![Segment::Text("a${b")]]);
        let deep = "${f(".repeat(100_000) + &")}".repeat(100_000);
        let mut segments = Template::parse(&deep).alternatives.remove(0);
        let mut depth = 0;
        while let Some(Segment::Call(_, inner)) = segments.pop() {
            segments = inner;
            depth += 1;
        }
        assert_eq!(depth, MAX_TEMPLATE_DEPTH);
    }
}
