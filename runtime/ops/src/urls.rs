//! The ops behind `URL` and `URLSearchParams`, in the place of deno_web's.
//!
//! Theirs copy a text of any length before they look at it, and end the process where what comes of it is longer than a text of V8
//! can be, or a list longer than its lists. These look at the length first. What they do with shorter ones is the same, by the same
//! library.

use std::cell::RefCell;
use std::rc::Rc;

use deno_core::url::{Url, form_urlencoded, quirks};
use deno_core::{JsBuffer, OpDecl, OpState, op2, v8};
use deno_error::JsErrorBox;
use onevent_contract::limit_met;

/// The longest URL and the longest query that are parsed, in UTF-16 units: 8 Mi. Percent-encoded they stay far below V8's bound.
pub const MAX_URL_UNITS: usize = 8 * 1024 * 1024;

/// A query is taken apart into so many parameters at most. Each is a list and two texts.
pub const MAX_SEARCH_PARAMS: usize = 250_000;

/// As deno_web's `00_url.js` knows them.
#[derive(Clone, Copy)]
enum Parsed {
    Same = 0,
    Other = 1,
    Invalid = 2,
}

/// How a URL is written that was given otherwise, until it is asked for.
struct Serialization(String);

/// An op of deno_web, or the one in its place.
pub(crate) fn replace(op: OpDecl) -> OpDecl {
    let own = match op.name {
        "op_url_parse" => op_onevent_url_parse(),
        "op_url_parse_with_base" => op_onevent_url_parse_with_base(),
        "op_url_reparse" => op_onevent_url_reparse(),
        "op_url_get_serialization" => op_onevent_url_get_serialization(),
        "op_url_parse_search_params" => op_onevent_url_parse_search_params(),
        "op_url_stringify_search_params" => op_onevent_url_stringify_search_params(),
        _ => return op,
    };
    op.with_implementation_from(&own)
}

/// The text, where it is no longer than may be.
fn text(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Option<String> {
    let text = v8::Local::<v8::String>::try_from(value).ok()?;
    (text.length() <= MAX_URL_UNITS).then(|| text.to_rust_string_lossy(scope))
}

#[op2(fast)]
#[smi]
fn op_onevent_url_parse<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    href: v8::Local<'s, v8::Value>,
    #[buffer] components: &mut [u32],
) -> u32 {
    let Some(href) = text(scope, href) else { return Parsed::Invalid as u32 };
    tell(&mut state.borrow_mut(), &href, Url::parse(&href).ok(), components, 0)
}

#[op2(fast)]
#[smi]
fn op_onevent_url_parse_with_base<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    href: v8::Local<'s, v8::Value>,
    base: v8::Local<'s, v8::Value>,
    #[buffer] components: &mut [u32],
) -> u32 {
    let (Some(href), Some(base)) = (text(scope, href), text(scope, base)) else {
        return Parsed::Invalid as u32;
    };
    let url = Url::parse(&base).and_then(|base| base.join(&href)).ok();
    tell(&mut state.borrow_mut(), &href, url, components, 0)
}

/// What `port` is where a URL that was changed has none.
const NO_PORT: u32 = 65_536;

#[op2(fast)]
#[smi]
fn op_onevent_url_reparse<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: Rc<RefCell<OpState>>,
    href: v8::Local<'s, v8::Value>,
    #[smi] setter: u8,
    value: v8::Local<'s, v8::Value>,
    #[buffer] components: &mut [u32],
) -> u32 {
    let (Some(href), Some(value)) = (text(scope, href), text(scope, value)) else {
        return Parsed::Invalid as u32;
    };
    let changed = Url::parse(&href).ok().and_then(|url| changed(url, setter, &value));
    tell(&mut state.borrow_mut(), &href, changed, components, NO_PORT)
}

/// The URL with one part changed; `None` where it cannot be. The numbers are deno_web's.
fn changed(mut url: Url, setter: u8, value: &str) -> Option<Url> {
    match setter {
        0 => quirks::set_hash(&mut url, value),
        1 => quirks::set_host(&mut url, value).ok()?,
        2 => quirks::set_hostname(&mut url, value).ok()?,
        3 => quirks::set_password(&mut url, value).ok()?,
        4 => quirks::set_pathname(&mut url, value),
        5 => quirks::set_port(&mut url, value).ok()?,
        6 => quirks::set_protocol(&mut url, value).ok()?,
        7 => quirks::set_search(&mut url, value),
        8 => quirks::set_username(&mut url, value).ok()?,
        _ => return None,
    }
    Some(url)
}

/// Where the parts of a URL are, and whether it is written as it was given.
fn tell(state: &mut OpState, given: &str, url: Option<Url>, components: &mut [u32], no_port: u32) -> u32 {
    let Some(url) = url else { return Parsed::Invalid as u32 };
    let parts = quirks::internal_components(&url);
    let told = [
        parts.scheme_end,
        parts.username_end,
        parts.host_start,
        parts.host_end,
        parts.port.map_or(no_port, u32::from),
        parts.path_start,
        parts.query_start.unwrap_or(0),
        parts.fragment_start.unwrap_or(0),
    ];
    for (place, part) in components.iter_mut().zip(told) {
        *place = part;
    }
    let written = String::from(url);
    if written == given {
        return Parsed::Same as u32;
    }
    state.put(Serialization(written));
    Parsed::Other as u32
}

#[op2]
#[string]
fn op_onevent_url_get_serialization(state: &mut OpState) -> String {
    state.try_take::<Serialization>().map(|written| written.0).unwrap_or_default()
}

fn units(value: v8::Local<'_, v8::Value>) -> usize {
    v8::Local::<v8::String>::try_from(value).map_or(0, |text| text.length())
}

fn too_long(units: usize) -> JsErrorBox {
    JsErrorBox::range_error(format!(
        "the query is too long ({})",
        limit_met("url_units", MAX_URL_UNITS, units)
    ))
}

fn too_many(parameters: usize) -> JsErrorBox {
    let limit = limit_met("search_params", MAX_SEARCH_PARAMS, parameters);
    JsErrorBox::range_error(format!("the query has too many parameters ({limit})"))
}

#[op2]
fn op_onevent_url_parse_search_params<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    query: v8::Local<'s, v8::Value>,
    #[buffer] bytes: Option<JsBuffer>,
) -> Result<v8::Local<'s, v8::Array>, JsErrorBox> {
    let text = match &bytes {
        Some(_) => None,
        None => Some(text(scope, query).ok_or_else(|| too_long(units(query)))?),
    };
    let source = match (&bytes, &text) {
        (Some(bytes), _) => bytes.as_ref(),
        (None, Some(text)) => text.as_bytes(),
        (None, None) => &[],
    };
    let parameters = form_urlencoded::parse(source).count();
    if parameters > MAX_SEARCH_PARAMS {
        return Err(too_many(parameters));
    }
    let full = || JsErrorBox::range_error("the query does not fit into memory");
    let mut pairs = Vec::new();
    for (name, value) in form_urlencoded::parse(source) {
        let name = v8::String::new(scope, &name).ok_or_else(full)?;
        let value = v8::String::new(scope, &value).ok_or_else(full)?;
        pairs.push(v8::Array::new_with_elements(scope, &[name.into(), value.into()]).into());
    }
    Ok(v8::Array::new_with_elements(scope, &pairs))
}

#[op2]
fn op_onevent_url_stringify_search_params<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    pairs: v8::Local<'s, v8::Value>,
) -> Result<v8::Local<'s, v8::String>, JsErrorBox> {
    let wrong = || JsErrorBox::type_error("a list of pairs is needed");
    let pairs = v8::Local::<v8::Array>::try_from(pairs).map_err(|_| wrong())?;
    let mut written = form_urlencoded::Serializer::new(String::new());
    let mut units: usize = 0;
    for index in 0..pairs.length() {
        let pair = pairs.get_index(scope, index).ok_or_else(wrong)?;
        let pair = v8::Local::<v8::Array>::try_from(pair).map_err(|_| wrong())?;
        let mut part = |at: u32| -> Result<String, JsErrorBox> {
            let value = pair.get_index(scope, at).ok_or_else(wrong)?;
            let part = v8::Local::<v8::String>::try_from(value).map_err(|_| wrong())?;
            units = units.saturating_add(part.length());
            if units > MAX_URL_UNITS {
                return Err(too_long(units));
            }
            Ok(part.to_rust_string_lossy(scope))
        };
        let (name, value) = (part(0)?, part(1)?);
        written.append_pair(&name, &value);
    }
    let text = v8::String::new(scope, &written.finish());
    text.ok_or_else(|| JsErrorBox::range_error("the query does not fit into memory"))
}
