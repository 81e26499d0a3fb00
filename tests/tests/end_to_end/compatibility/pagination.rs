//! `nango.paginate`: options, and when each way ends.

use serde_json::{Value, json};

use super::row::Row;

/// Every page, and what `on_page` was told.
fn pages(options: &str) -> Row {
    pages_of("endpoint: '/x',", options)
}

fn pages_of(config: &str, options: &str) -> Row {
    Row::body(&format!(
        "const pages: any[] = [], told: any[] = [];\n\
         const on_page = async ({{ nextPageParam, response }}: any) => {{ told.push([nextPageParam ?? null, response.status]); }};\n\
         for await (const page of nango.paginate({{ {config} paginate: {{ {options}, on_page }} }})) pages.push(page ?? null);\n\
         give({{ pages, told }});"
    ))
}

const CURSOR: &str = "type: 'cursor', cursor_path_in_response: 'meta.next', cursor_name_in_request: 'after', response_path: 'items'";
const LINK: &str = "type: 'link', link_rel_in_response_header: 'next', link_path_in_response_body: 'next'";
const OFFSET: &str = "type: 'offset', offset_name_in_request: 'skip', response_path: 'items'";

fn page(items: Value, next: Value) -> (u16, &'static [(&'static str, &'static str)], Value) {
    (200, &[], json!({"items": items, "meta": {"next": next}, "next": next}))
}

/// A pagination that is refused before anything is asked for.
fn refused(options: &str, part: &'static str) -> Row {
    pages(options)
        .exits(1)
        .has("/error/type", json!("script_internal_error"))
        .says("/error/message", part)
        .asked(&[])
}

rows! {
    cursor_with_an_empty_page_ends_without_yielding => pages(CURSOR).answers("/x", &[page(json!([]), json!("b"))])
        .gives(json!({"pages": [], "told": []})).asked(&["GET /x"]);

    cursor_goes_on_while_there_is_one => pages(CURSOR)
        .answers("/x", &[page(json!([1]), json!(" b ")), page(json!([2]), json!(7)), page(json!([3]), json!(""))])
        .gives(json!({"pages": [[1], [2], [3]], "told": [["b", 200], [7, 200], [null, 200]]}))
        .asked(&["GET /x", "GET /x?after=b", "GET /x?after=7"]);

    cursor_without_items_ends => pages(CURSOR).answer("/x", json!({"meta": {"next": "b"}})).gives(json!({"pages": [], "told": []}));

    cursor_with_a_limit => pages(&format!("{CURSOR}, limit: 50, limit_name_in_request: 'per_page'"))
        .answers("/x", &[page(json!([1]), json!(null))]).asked(&["GET /x?per_page=50"]);

    link_with_an_empty_page_yields_it => pages(&format!("{LINK}, response_path: 'items'")).answers("/x", &[page(json!([]), json!(null))])
        .gives(json!({"pages": [[]], "told": [[null, 200]]})).asked(&["GET /x"]);

    link_without_items_yields_nothing_as_a_page => pages(&format!("{LINK}, response_path: 'gone'"))
        .answer("/x", json!({})).gives(json!({"pages": [null], "told": [[null, 200]]}));

    link_in_the_body_is_followed_and_params_go => pages_of("endpoint: '/x', params: { a: 1 },", &format!("{LINK}, response_path: 'items'"))
        .answers("/x", &[page(json!([1]), json!("/x?page=2")), page(json!([2]), json!(null))])
        .gives(json!({"pages": [[1], [2]], "told": [["/x?page=2", 200], [null, 200]]}))
        .asked(&["GET /x?a=1", "GET /x?page=2"]);

    link_in_the_header_comes_first => pages(&format!("{LINK}, response_path: 'items'"))
        .answers("/x", &[
            (200, &[("link", "</x?page=9>; rel=\"last\", </x?page=2>; rel=\"next\"")], json!({"items": [1], "next": "/other"})),
            page(json!([2]), json!(null)),
        ])
        .asked(&["GET /x", "GET /x?page=2"]);

    link_that_stays_the_same_ends => pages(&format!("{LINK}, response_path: 'items'")).answers("/x", &[page(json!([1]), json!("/x?page=2"))])
        .gives(json!({"pages": [[1], [1]], "told": [["/x?page=2", 200], ["/x?page=2", 200]]}));

    // In Nango the credentials go with it.
    link_to_another_origin_is_refused => pages(&format!("{LINK}, response_path: 'items'"))
        .answers("/x", &[page(json!([1]), json!("https://evil.example/x"))]).exits(1).says("/error/message", "https://evil.example");

    offset_ends_with_a_page_below_the_limit => pages(&format!("{OFFSET}, limit: 100, limit_name_in_request: 'take'"))
        .answer("/x", json!({"items": vec![0; 40]}))
        .sees(|seen| match seen.answer.document["logs"][0]["meta"]["value"]["pages"].as_array().map(Vec::len) {
            Some(1) => Ok(()),
            pages => Err(format!("{pages:?} pages")),
        })
        .asked(&["GET /x?take=100&skip=0"]);

    offset_grows_by_what_came => pages(OFFSET)
        .answers("/x", &[page(json!([1, 2]), json!(null)), page(json!([3]), json!(null)), page(json!([]), json!(null))])
        .gives(json!({"pages": [[1, 2], [3]], "told": [[0, 200], [2, 200]]}))
        .asked(&["GET /x?skip=0", "GET /x?skip=2", "GET /x?skip=3"]);

    offset_per_page_grows_by_one => pages(&format!("{OFFSET}, offset_start_value: 1, offset_calculation_method: 'per-page'"))
        .answers("/x", &[page(json!([1, 2]), json!(null)), page(json!([]), json!(null))])
        .asked(&["GET /x?skip=1", "GET /x?skip=2"]);

    a_post_has_its_parameters_in_the_body => pages_of("endpoint: '/x', method: 'POST', data: { q: 'a' },", &OFFSET.replace("'skip'", "'page.skip'"))
        .answers("/x", &[page(json!([]), json!(null))])
        .sent_body("{\"q\":\"a\",\"page\":{\"skip\":0}}");

    without_a_response_path_the_body_is_the_page => pages("type: 'offset', offset_name_in_request: 'skip'")
        .answers("/x", &[(200, &[], json!([1])), (200, &[], json!([]))]).gives(json!({"pages": [[1]], "told": [[0, 200]]}));

    // In Nango the caller's object is changed.
    the_configuration_is_only_read => Row::body(&format!(
        "const config = {{ endpoint: '/x', params: {{ a: 1 }}, paginate: {{ {CURSOR} }} }};\nconst before = JSON.stringify(config);\n\
         for await (const page of nango.paginate(config)) void page;\ngive(JSON.stringify(config) === before);"
    )).answers("/x", &[page(json!([1]), json!("b")), page(json!([2]), json!(null))]).gives(json!(true));

    a_template_gives_the_options => Row::body("for await (const page of nango.paginate({ endpoint: '/x', paginate: { limit: 5 } })) give(page);")
        .provider("notion").answer("/x", json!({"results": [1], "next_cursor": null})).gives(json!([1])).asked(&["GET /x?page_size=5"]);

    an_unknown_type_is_refused => refused("type: 'guess'", "guess");
    cursor_needs_its_path => refused("type: 'cursor', cursor_name_in_request: 'a'", "cursor_path_in_response");
    cursor_needs_its_name => refused("type: 'cursor', cursor_path_in_response: 'a'", "cursor_name_in_request");
    offset_needs_its_name => refused("type: 'offset'", "offset_name_in_request");
    link_needs_one_of_two => refused("type: 'link'", "link_rel_in_response_header");
    no_type_and_no_template_is_refused => refused("response_path: 'a'", "paginat");
}
