//! What functions declared, kept between loads: which are believed, and which are not kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use onevent_engine::{DescriptionCache, DescriptionKey, Engine, Project, ProjectSource};

#[derive(Default)]
struct InMemory(Mutex<HashMap<DescriptionKey, String>>);

impl DescriptionCache for InMemory {
    fn get(&self, key: &DescriptionKey) -> Option<String> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn keep(&self, descriptions: &[(DescriptionKey, String)]) {
        self.0.lock().unwrap().extend(descriptions.iter().cloned());
    }
}

impl InMemory {
    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Changes every entry.
    fn change(&self, change: impl Fn(&str) -> String) {
        self.0.lock().unwrap().values_mut().for_each(|text| *text = change(text));
    }
}

fn engine() -> (Engine, Arc<InMemory>) {
    let cache = Arc::<InMemory>::default();
    (Engine::builder().descriptions(cache.clone()).build().unwrap(), cache)
}

fn code(outside: &str, declared: &str) -> String {
    format!(
        "import {{ createOnEvent }} from 'nango';\nimport {{ part }} from '../part';\nimport * as z from 'zod';\n\
         {outside}\nvoid z; void part;\nexport default createOnEvent({{ event: 'validate-connection', {declared}, \
         exec: async () => {{}} }});"
    )
}

async fn load(engine: &Engine, code: &str, part: &str) -> Project {
    let files = [
        ("index.ts", "import './acme/on-events/check';"),
        ("acme/on-events/check.ts", code),
        ("acme/part.ts", part),
    ];
    engine.load(ProjectSource::files(files)).await.unwrap()
}

const PART: &str = "export const part = 1;";

#[tokio::test(flavor = "multi_thread")]
async fn a_function_is_asked_once_until_a_byte_of_it_changes() {
    let (engine, cache) = engine();
    let metadata = "description: 'first', metadata: z.object({ a: z.string() })";
    let asked = load(&engine, &code("", metadata), PART).await;
    assert_eq!(cache.len(), 1);
    cache.change(|text| text.replace("first", "planted"));
    let known = load(&engine, &code("", metadata), PART).await;
    let function = &known.functions[0];
    assert_eq!(function.description.as_deref(), Some("planted"), "it is used");
    let schema = |project: &Project| project.functions[0].metadata_schema.clone().unwrap().json_schema;
    assert_eq!(schema(&known), schema(&asked));
    assert_eq!(function.event(), asked.functions[0].event());

    // A byte of a module, of its own or of what it imports, and where it lies.
    let changed = load(&engine, &code(";", metadata), PART).await;
    assert_eq!(changed.functions[0].description.as_deref(), Some("first"));
    let changed = load(&engine, &code("", metadata), "export const part = 2;").await;
    assert_eq!(changed.functions[0].description.as_deref(), Some("first"));
    assert_eq!(cache.len(), 3);
    load(&engine, &code("", metadata), PART).await;
    assert_eq!(cache.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_not_load_is_not_kept_and_no_entry_makes_it_load() {
    let (engine, cache) = engine();
    for broken in ["throw new Error('broken');", "for (;;);", "await new Promise(() => {});"] {
        let project = load(&engine, &code(broken, "description: 'd'"), PART).await;
        assert_eq!((project.broken.len(), cache.len()), (1, 0), "{broken}");
    }
    let project = load(&engine, &code("", "description: 'd', metadata: 7 as any"), PART).await;
    assert_eq!((project.broken.len(), cache.len()), (1, 0));

    let good = code("", "description: 'd'");
    load(&engine, &good, PART).await;
    assert_eq!(cache.len(), 1, "the control is kept");
    for nonsense in [
        "",
        "{}",
        "nonsense",
        "{\"ok\":null,\"problem\":{\"code\":\"old_export\",\"message\":\"x\"}}",
        "{\"ok\":{\"type\":\"onEvent\",\"event\":\"never\",\"description\":null,\"metadata\":null},\"problem\":null}",
        "{\"ok\":{\"type\":\"action\",\"description\":null,\"metadata\":null,\"input\":null,\"output\":null},\"problem\":null}",
        "{\"ok\":{\"type\":\"onEvent\",\"event\":\"validate-connection\",\"description\":null,\"metadata\":{\"type\":7}},\"problem\":null}",
    ] {
        cache.change(|_| nonsense.to_owned());
        let project = load(&engine, &good, PART).await;
        assert_eq!(project.functions[0].description.as_deref(), Some("d"), "{nonsense}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_declare_something_else_the_next_time_is_asked_each_time() {
    for changing in [
        "const at = Date.now();",
        "const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;",
        "const drawn = Math.random();",
        "const drawn = crypto.randomUUID();",
        "const drawn = crypto.getRandomValues(new Uint8Array(4));",
        "import { generateKeyPairSync } from 'crypto'; const drawn = generateKeyPairSync('ed25519');",
        "const at = performance.now();",
        "setInterval(() => {}, 1000);",
        "void fetch('http://127.0.0.1:1/').catch(() => {});",
    ] {
        let (engine, cache) = engine();
        let project = load(&engine, &code(changing, "description: 'd'"), PART).await;
        assert!(project.broken.is_empty(), "{changing}: {:?}", project.broken);
        assert_eq!(cache.len(), 0, "{changing}");
    }
    // While it is described, too.
    let (engine, cache) = engine();
    let late = "description: 'd', metadata: z.lazy(() => z.literal(Math.random()))";
    assert!(load(&engine, &code("", late), PART).await.broken.is_empty());
    assert_eq!(cache.len(), 0);
    let control = "console.log('said'); const u = new URL('http://a/b'); await null;";
    load(&engine, &code(control, "description: 'd', metadata: z.lazy(() => z.literal(7))"), PART).await;
    assert_eq!(cache.len(), 1);
}

/// The values that the watched properties give are the real ones.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_reads_the_clock_declares_what_it_read() {
    let (engine, _) = engine();
    let declared =
        "description: `${typeof Date.now()} ${Date.now() > 1e12} ${Math.random() < 1} ${Math.random.name}`";
    let project = load(&engine, &code("", declared), PART).await;
    assert_eq!(project.functions[0].description.as_deref(), Some("number true true random"));
}
