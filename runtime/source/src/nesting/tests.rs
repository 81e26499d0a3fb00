//! Hostile texts that would overflow any stack, and large ones that people and their tools write.

use std::fmt::Write;

use deno_ast::{MediaType, get_syntax};

use super::*;
use crate::large_stack;
use crate::limits::{MAX_FILE_TOKENS, MAX_LINKS, MAX_NESTING};

fn checked(text: &str, media_type: MediaType) -> Result<usize, Refused> {
    let goal = if media_type == MediaType::TypeScript { Goal::Module } else { Goal::Either };
    large_stack::run(|| check(text, get_syntax(media_type), goal)).unwrap()
}

#[track_caller]
fn assert_refused(name: &str, text: &str) {
    let checked = checked(text, MediaType::TypeScript);
    assert!(matches!(checked, Err(Refused::Exceeded { .. })), "{name}: {checked:?}");
}

#[track_caller]
fn assert_taken(name: &str, text: &str) {
    for media_type in [MediaType::TypeScript, MediaType::JavaScript] {
        let checked = checked(text, media_type);
        assert!(checked.is_ok(), "{name}, {media_type}: {checked:?}");
    }
}

/// What comes before, what is repeated, what stands in the middle, what is repeated behind it.
const NESTED: &[(&str, &str, &str, &str)] = &[
    ("x = ", "[", "", "]"),
    ("x = ", "(", "1", ")"),
    ("x = ", "{a:", "1", "}"),
    ("x = ", "`${", "1", "}`"),
    ("x = ", "f(", "1", ")"),
    ("x = ", "a?.[", "1", "]"),
    ("x = ", "new (", "A", ")()"),
    ("", "{", "", "}"),
    ("", "a:{", "", "}"),
    ("", "function a(){", "", "}"),
    ("", "switch(1){case 1:", "", "}"),
    ("", "try{", "", "}finally{}"),
    ("", "class A{static{", "", "}}"),
    ("x = ", "class extends ", "Object", "{}"),
    ("", "@((()=>{", "", "})()) class A{}"),
    ("", "namespace a {", "", "}"),
    ("const ", "[", "a", "] = 1"),
    ("x = ", "1+", "1", ""),
    ("x = ", "'a'+", "'a'", ""),
    ("x = ", "2**", "1", ""),
    ("x = ", "1??", "1", ""),
    ("x = ", "1 in ", "1", ""),
    ("x = ", "!", "1", ""),
    ("x = ", "typeof ", "1", ""),
    ("x = ", "await ", "1", ""),
    ("x = ", "new ", "a", ""),
    ("x = ", "a=", "1", ""),
    ("x = ", "1?1:", "1", ""),
    ("x = ", "1?", "1", ":1"),
    ("x = ", "()=>", "1", ""),
    ("x = ", "a=>", "1", ""),
    ("x = ", "async a=>", "1", ""),
    ("x = a", ".a", "", ""),
    ("x = a", "\n.a", "", ""),
    ("x = a", ".else", "", ""),
    ("x = a", "()", "", ""),
    ("x = a", "[0]", "", ""),
    ("x = a", "?.a", "", ""),
    ("x = a", "!", "", ""),
    ("x = a", "``", "", ""),
    ("x = a", "\n`${a}`", "", ""),
    ("x = a", " as any", "", ""),
    ("x = a", " satisfies any", "", ""),
    ("x = a", ".a<A, B>()", "", ""),
    ("x = a", ".a<keyof A, readonly A[]>()", "", ""),
    ("x = 1", "+function(){}", "", ""),
    ("x = 1", "+{}/1", "", ""),
    ("", "if(a)", ";", ""),
    ("", "if(a)\n", ";", ""),
    ("", "for(;;)", ";", ""),
    ("", "while(a)\n", ";", ""),
    ("", "a: ", ";", ""),
    ("if (a) {} ", "else if (a) {} ", "", ""),
    ("if (a) ; ", "else if (a) ; ", "", ""),
    ("if (a) b={}/1; ", "else if (a) b={}/1; ", "", ""),
    ("if (a) do b; while(c); ", "else if (a) do b; while(c); ", "", ""),
    ("if (a) try{}catch{} ", "else if (a) try{}catch{} ", "", ""),
    ("type X = ", "Array<", "number", ">"),
    ("type X = ", "(", "number", ")"),
    ("type X = ", "{a:", "number", "}"),
    ("type X = ", "A extends B ? 1 : ", "1", ""),
    ("type X = ", "keyof ", "A", ""),
    ("type X = ", "()=>", "A", ""),
    ("type X = A", "[]", "", ""),
    ("type X = A", ".a", "", ""),
    ("x = ", "<any>(", "1", ")"),
    ("x = ", "f<", "1", ""),
];

#[test]
fn what_nests_without_end_is_refused() {
    for (before, open, middle, close) in NESTED {
        let text = format!("{before}{}{middle}{};", open.repeat(50_000), close.repeat(50_000));
        assert_refused(&format!("{before}{open}"), &text);
    }
}

#[test]
fn the_same_is_refused_where_it_is_broken_off_or_is_plain_javascript() {
    for (before, open, _, _) in NESTED {
        let text = format!("{before}{}", open.repeat(50_000));
        for media_type in [MediaType::TypeScript, MediaType::JavaScript] {
            assert!(checked(&text, media_type).is_err(), "{before}{open}");
        }
    }
}

#[test]
fn what_people_and_their_tools_write_is_taken() {
    let times = |text: &str, times| text.repeat(times);
    let mut switch = String::new();
    let mut constants = String::new();
    for number in 0..20_000 {
        writeln!(switch, "case {number}: x = {number}; break;").unwrap();
        write!(constants, "a{number}={number},").unwrap();
    }
    for (name, text) in [
        ("a long concatenation", format!("x = {}''", times("'line\\n' +\n", 5_000))),
        ("an array", format!("x = [{}]", times("1,", 100_000))),
        ("an array with a comparison", format!("x = [a < b, {}]", times("'a',", 5_000))),
        ("objects", format!("x = [{}]", times("{ a: 1, b: [1, 2, 3] },\n", 30_000))),
        ("an object", format!("x = {{{}}}", times("'key': 'value',", 50_000))),
        ("else if", format!("if (a) {{}} {}else {{}}", times("else if (a) { b(); }\n", 500))),
        ("statements without semicolons", times("if (a) b()\nc = d.e(f)\ng['h'] = 1\n", 20_000)),
        ("minified statements", times("if(a){b()}if(c)d();for(;;){}function e(){}", 20_000)),
        ("minified classes", times("class A{a(){}#b=1;static c(){}}", 3_000)),
        ("minified constants", format!("var {constants}z")),
        ("a switch", format!("switch (a) {{\n{switch}}}")),
        ("cases that fall through", format!("switch (a) {{ {} }}", times("case 'a': ", 30_000))),
        ("method chains", format!("x = a{}", times(".b((c) => c.d)\n", 1_000))),
        ("a template", format!("x = `{}`", times("${a} and ", 50_000))),
        ("ternaries", format!("x = {}c", times("a ? b : ", 300))),
        ("nested functions", format!("{}{}", times("(function () { return ", 100), times("})()", 100))),
        ("nested arrays", format!("x = {}{}", times("[", 500), times("]", 500))),
        ("brackets in texts", format!("x = '{}'", times("((([[[{{{", 10_000))),
        ("brackets in templates", format!("x = `{}`", times("((([[[{{{", 10_000))),
        ("brackets in comments", format!("/*{0}*/ // {0}\nx = 1", times("((([[[{{{", 10_000))),
        ("brackets in regular expressions", format!("x = a / 1 + /{}/", times("[(]", 10_000))),
    ] {
        assert_taken(name, &text);
    }
}

#[test]
fn types_are_taken_too() {
    let text = format!(
        "type A = {}'z';\ninterface B {{\n{}}}\nexport const c = (a: string): a is 'b' => a as any;",
        "'a' | ".repeat(5_000),
        "    name: Array<Map<string, number>>\n".repeat(1_500)
    );
    let checked = checked(&text, MediaType::TypeScript);
    assert!(checked.is_ok(), "{checked:?}");
}

#[test]
fn a_script_may_say_what_a_module_may_not() {
    let text = "x = '\\1'; y = 017; with (x) y;\n".repeat(1_000);
    assert!(checked(&text, MediaType::JavaScript).is_ok());
    assert!(matches!(checked(&text, MediaType::TypeScript), Err(Refused::Syntax { .. })));
}

#[test]
fn the_limits_are_where_they_are_said_to_be() {
    let nested = |depth: usize| format!("x = {}{};", "[".repeat(depth), "]".repeat(depth));
    assert_taken("nesting", &nested(MAX_NESTING));
    assert_refused("nesting", &nested(MAX_NESTING + 1));
    let chain = |links: usize| format!("x{};", ".a".repeat(links));
    assert_taken("links", &chain(MAX_LINKS / 2 - 1));
    assert_refused("links", &chain(MAX_LINKS / 2 + 1));
}

#[test]
fn the_place_is_where_the_limit_is_reached() {
    let text = format!("const a = 1;\nconst b = {}", "[".repeat(2_000));
    let Err(Refused::Exceeded { what: Exceeded::Depth, at }) = checked(&text, MediaType::TypeScript) else {
        panic!("it was taken");
    };
    assert_eq!(at, "const a = 1;\nconst b = ".len() + MAX_NESTING);
}

#[test]
fn labels_that_are_mistakes_for_each_other_are_not_listed_without_end() {
    // Each label is a mistake for each one around it.
    let text = format!("{}{}", "a: { ".repeat(300), "}".repeat(300));
    assert!(checked(&text.repeat(1_000), MediaType::TypeScript).is_err());
}

#[test]
fn tokens_are_counted_once_however_often_the_parser_takes_them() {
    let count = |text: &str| checked(text, MediaType::TypeScript).unwrap();
    assert_eq!(count(""), 0);
    assert_eq!(count("a;a;"), 4);
    // What stands in the parentheses is read as an expression first, and as parameters then.
    assert_eq!(count("(a, b) => 1;"), 8);
    assert_eq!(count("((a: X, b?: Y): Z => (c, d) => 1);"), 23);
}

#[test]
fn a_file_has_a_limit_of_tokens_and_the_first_one_too_many_is_named() {
    let numbers = |tokens: usize| "1,".repeat(tokens / 2 - 4);
    let text = |tokens: usize| format!("export const all = [{}];", numbers(tokens));
    assert!(checked(&text(MAX_FILE_TOKENS), MediaType::TypeScript).is_ok());
    let refused = checked(&text(MAX_FILE_TOKENS + 20), MediaType::TypeScript);
    let Err(Refused::Exceeded { what: Exceeded::Tokens, at }) = refused else { panic!("{refused:?}") };
    assert_eq!(at, "export const all = [".len() + MAX_FILE_TOKENS - 5);
}
