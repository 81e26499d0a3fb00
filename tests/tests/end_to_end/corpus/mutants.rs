//! Mutants: fixtures with one change each. Whether a mutant must turn its test red is known beforehand, never found out by
//! trying. For a changed answer Node has said it, by running the function over that answer (`mutants.json`). The other
//! changes are those of what a fixture compares by its own rules (`docs/fixtures.md`): they must be seen.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::files::{copied, fixtures, json as read};
use super::results;
use crate::world::run_in;

/// Every fixture has at least so many.
const MUTANTS_OF_A_FIXTURE: usize = 2;

/// What the test of a mutant must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Red,
    /// Under Node the change makes no difference to anything that is compared: it must make none here.
    Green,
}

/// A fixture with one change.
struct Mutant {
    /// What was changed.
    change: String,
    fixture: Value,
    expected: Expected,
}

/// Another value of the same kind.
fn another(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(format!("{text}~")),
        Value::Number(number) => json!(number.as_f64().unwrap_or_default() + 1.0),
        Value::Bool(flag) => json!(!flag),
        Value::Null | Value::Array(_) | Value::Object(_) => json!("mutant"),
    }
}

/// The path of the last value that is no list and no object with something in it.
fn last_value(value: &Value, at: &str) -> String {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    let inner = match value {
        Value::Object(object) => object.iter().next_back().map(|(key, inner)| (escaped(key), inner)),
        Value::Array(items) => {
            items.iter().enumerate().next_back().map(|(index, inner)| (index.to_string(), inner))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    inner.map_or_else(|| at.to_owned(), |(key, inner)| last_value(inner, &format!("{at}/{key}")))
}

/// The fixture with another value at a path.
fn with(fixture: &Value, path: &str, value: Value) -> Value {
    let mut changed = fixture.clone();
    *changed.pointer_mut(path).unwrap_or_else(|| panic!("there is nothing at {path}")) = value;
    changed
}

/// Where the recorded answers are.
fn answers(fixture: &Value) -> Vec<String> {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    let mut found = Vec::new();
    for section in ["api", "fetch"] {
        for (method, endpoints) in fixture[section].as_object().into_iter().flatten() {
            for (endpoint, recorded) in endpoints.as_object().into_iter().flatten() {
                let at = format!("/{section}/{method}/{}", escaped(endpoint));
                match recorded.as_array() {
                    Some(list) => found.extend((0..list.len()).map(|index| format!("{at}/{index}"))),
                    None => found.push(at),
                }
            }
        }
    }
    found
}

/// Changes of what is compared whole: the output, the error, the metadata writes, and what was triggered.
fn of_results(fixture: &Value) -> Vec<(String, Value)> {
    let mut changed = Vec::new();
    for path in
        ["/output", "/error/type", "/error/payload", "/nango/metadataWrites", "/nango/triggerAction/0/input"]
    {
        if let Some(value) = fixture.pointer(path) {
            let at = last_value(value, path);
            let value = another(fixture.pointer(&at).unwrap());
            changed.push((at.clone(), with(fixture, &at, value)));
        }
    }
    let mut more = fixture.clone();
    let writes = more.pointer_mut("/nango/metadataWrites").and_then(Value::as_array_mut).unwrap();
    writes.push(json!({ "kind": "set", "metadata": {} }));
    changed.push(("/nango/metadataWrites/-".to_owned(), more));
    changed
}

/// Changes of the request that each answer belongs to: a value of each of its parts; a parameter where it has none. The
/// hash goes with the change, because a request that has the recorded hash is the recorded one whatever stands beside it.
fn of_requests(fixture: &Value) -> Vec<(String, Value)> {
    let mut changed = Vec::new();
    for answer in answers(fixture) {
        let mut unhashed = fixture.clone();
        let entry = unhashed.pointer_mut(&answer).and_then(Value::as_object_mut).unwrap();
        entry.shift_remove("hash");
        let path = format!("{answer}/request");
        for part in ["params", "headers", "data"] {
            let path = format!("{path}/{part}");
            if let Some(value) = fixture.pointer(&path) {
                let at = last_value(value, &path);
                let value = another(fixture.pointer(&at).unwrap());
                changed.push((at.clone(), with(&unhashed, &at, value)));
            }
        }
        if fixture.pointer(&path) == Some(&json!({})) {
            let request = json!({ "params": { "mutant": "1" } });
            changed.push((format!("{path}/params/mutant"), with(&unhashed, &path, request)));
        }
    }
    changed
}

/// Changes of answers, with what Node says of each.
fn of_answers(fixture: &Value, said: &Value) -> Vec<Mutant> {
    let one = |said: &Value| {
        let (path, value) = (said[0].as_str().unwrap(), said[1].clone());
        let expected = match said[2].as_str() {
            Some("red") => Expected::Red,
            Some("green") => Expected::Green,
            other => panic!("{path}: neither red nor green but {other:?}"),
        };
        Mutant { change: path.to_owned(), fixture: with(fixture, path, value), expected }
    };
    said.as_array().unwrap().iter().map(one).collect()
}

fn mutants_of(fixture: &Value, said: &Value) -> Vec<Mutant> {
    let red = |(change, fixture)| Mutant { change, fixture, expected: Expected::Red };
    let compared = of_results(fixture).into_iter().chain(of_requests(fixture));
    compared.map(red).chain(of_answers(fixture, said)).collect()
}

#[test]
fn every_change_that_matters_turns_a_fixture_red_and_no_other_does() {
    let folder = copied(|path| !path.starts_with("record") && !path.ends_with(".test.json"));
    let said = read("mutants.json");
    let mut mutants = BTreeMap::new();
    for (file, fixture) in fixtures() {
        let own = mutants_of(&fixture, &said[&file]);
        let reds = |section: &str| {
            let red =
                |mutant: &&Mutant| mutant.expected == Expected::Red && mutant.change.starts_with(section);
            own.iter().filter(red).count()
        };
        assert!(reds("/") >= MUTANTS_OF_A_FIXTURE, "{file} has too few mutants");
        // Of every function that gets an answer some of the answers must matter.
        let answered = answers(&fixture).iter().any(|at| fixture.pointer(&format!("{at}/status")).is_some());
        assert!(!answered || reds("/api") + reds("/fetch") > 0, "{file}: no answer matters");
        for (index, mutant) in own.into_iter().enumerate() {
            let name = file.replace(".test.json", &format!(".mutant-{index}.test.json"));
            let path = folder.path().join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, mutant.fixture.to_string()).unwrap();
            mutants.insert(name, mutant);
        }
    }
    let answer = run_in(folder.path(), &["test"]);
    let results = results(&answer.document);
    let mut wrong = Vec::new();
    for (name, Mutant { change, expected, .. }) in &mutants {
        let test = results[name.as_str()];
        let status = match expected {
            Expected::Red => "failed",
            Expected::Green => "passed",
        };
        if test["status"] != status {
            wrong.push(format!("{name} ({change}) should be {expected:?}: {}", test["message"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} mutants:\n{}", wrong.len(), mutants.len(), wrong.join("\n"));
    assert_eq!(results.len(), mutants.len());
    println!("{} mutants", mutants.len());
}
