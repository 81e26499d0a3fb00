//! Functions and what they are to do; connections.

use std::sync::Arc;

use jiff::Timestamp;
use onevent_contract::{
    CompiledCode, Connection, ConnectionDetails, ConnectionError, ConnectionFacts, Credentials,
    DefaultImport, EndUser, Event, Function, FunctionKey, FunctionKind, ImportTarget, Invocation,
    ModuleFormat, ModuleImport, ModuleSource, Organization, Schema, SchemaCheck, ScopeName, Tags, Trigger,
    Violation, revealed,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::values::{connection, function, integration, json, object, text};

fn format() -> BoxedStrategy<ModuleFormat> {
    let module = (any::<bool>(), any::<bool>()).prop_map(|(node, scope)| ModuleFormat::EsModule {
        default_import: if node { DefaultImport::ModuleExports } else { DefaultImport::ExportedDefault },
        scope: if scope {
            vec![ScopeName::Require, ScopeName::Process, ScopeName::Global]
        } else {
            Vec::new()
        },
    });
    let commonjs = (vec(text(), 0..3), vec(text(), 0..3))
        .prop_map(|(exports, reexports)| ModuleFormat::CommonJs { exports, reexports });
    prop_oneof![module, commonjs, Just(ModuleFormat::Json)].boxed()
}

fn module() -> BoxedStrategy<ModuleSource> {
    let target = prop_oneof![text().prop_map(ImportTarget::BuiltIn), text().prop_map(ImportTarget::Module)];
    let import = (text(), target, vec(text(), 0..3)).prop_map(|(specifier, target, names)| ModuleImport {
        specifier,
        target,
        names,
    });
    (text(), format(), text(), option::of(vec(any::<u8>(), 0..32)), vec(import, 0..3))
        .prop_map(|(path, format, code, source_map, imports)| ModuleSource {
            path,
            format,
            code: code.into(),
            source_map: source_map.map(Into::into),
            imports,
            compiled: CompiledCode::default(),
        })
        .boxed()
}

struct Nothing;

impl SchemaCheck for Nothing {
    fn violations(&self, _: &Value) -> Vec<Violation> {
        Vec::new()
    }
}

fn schema() -> BoxedStrategy<Schema> {
    json().prop_map(|schema| Schema::new(schema, Arc::new(Nothing))).boxed()
}

fn loaded() -> BoxedStrategy<Function> {
    let kind = prop_oneof![
        Just(FunctionKind::Event(Event::ValidateConnection)),
        (option::of(schema()), option::of(schema()))
            .prop_map(|(input, output)| FunctionKind::Action { input, output }),
    ];
    let named = (integration(), function(), option::of(text()), text());
    (named, kind, vec(module(), 0..3), option::of(schema()))
        .prop_map(|((integration, name, description, path), kind, modules, metadata_schema)| Function {
            key: FunctionKey { integration, name },
            kind,
            description,
            path,
            modules: modules.into_iter().map(Arc::new).collect(),
            metadata_schema,
        })
        .boxed()
}

fn invocation() -> BoxedStrategy<Invocation> {
    let input = option::of(json()).prop_map(|input| Trigger::Action { input });
    (loaded(), connection(), integration(), option::of(input))
        .prop_map(|(function, connection_id, integration, trigger)| {
            let facts = ConnectionFacts { connection_id, integration, provider: "p".into() };
            let invocation = Invocation::new(Arc::new(function), facts, "dev".parse().unwrap());
            match trigger {
                Some(trigger) => Invocation { trigger, ..invocation },
                None => invocation,
            }
        })
        .boxed()
}

/// There and back; of what holds compiled code, what it prints is compared.
fn printed<T: Serialize + for<'de> Deserialize<'de> + std::fmt::Debug>(value: &T) {
    let before = format!("{value:?}");
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(format!("{:?}", serde_json::from_str::<T>(&text).unwrap()), before);
    let bytes = postcard::to_stdvec(value).unwrap();
    assert_eq!(format!("{:?}", postcard::from_bytes::<T>(&bytes).unwrap()), before);
}

/// Who sends a connection says that it is to be seen.
#[derive(Serialize, Deserialize)]
struct Sent(#[serde(with = "revealed::connection")] Connection);

proptest! {
    #[test]
    fn invocations_arrive_with_their_functions(invocation in invocation()) {
        printed(&invocation);
    }

    #[test]
    fn connections_arrive_with_their_credentials(
        id in any::<i64>(), connection_id in connection(), provider_config_key in integration(),
        errors in vec((text(), text()), 0..2), metadata in option::of(object()), connection_config in object(),
        micros in 0..4_000_000_000_000_000_i64, token in "[ -~]{1,20}", none in any::<bool>(),
        end_user in option::of((text(), option::of(text()), option::of((text(), text())))), tag in text(),
    ) {
        let at = Timestamp::from_microsecond(micros).unwrap();
        let credentials = json!({"type": "OAUTH2", "access_token": token, "raw": {"scope": "a"}});
        let sent = Sent(Connection {
            id,
            connection_id,
            provider_config_key,
            provider: "p".into(),
            errors: errors.into_iter().map(|(kind, log_id)| ConnectionError { kind, log_id }).collect(),
            metadata,
            connection_config,
            details: ConnectionDetails {
                end_user: end_user.map(|(id, email, organization)| EndUser {
                    id,
                    display_name: None,
                    email,
                    tags: organization.clone().map(|(name, value)| Tags::from([(name, value)])),
                    organization: organization
                        .map(|(id, name)| Organization { id, display_name: Some(name) }),
                }),
                tags: Tags::from([("plan".to_owned(), tag.clone())]),
                webhook_url_override: Some(tag).filter(|_| none),
            },
            created_at: at,
            updated_at: at,
            last_fetched_at: Some(at).filter(|_| none),
            credentials: if none { Credentials::none() } else { Credentials::from_json(credentials, None).unwrap() },
        });
        let text: Sent = serde_json::from_str(&serde_json::to_string(&sent).unwrap()).unwrap();
        let bytes: Sent = postcard::from_bytes(&postcard::to_stdvec(&sent).unwrap()).unwrap();
        for arrived in [text, bytes] {
            prop_assert_eq!(arrived.0.reveal(), sent.0.reveal());
            prop_assert_eq!(arrived.0.credentials.mode(), sent.0.credentials.mode());
            prop_assert_eq!(arrived.0.updated_at, at);
        }
    }
}

#[test]
fn what_a_module_is_made_of_arrives_and_its_compiled_form_does_not() {
    let source = ModuleSource {
        path: "a.ts".into(),
        format: ModuleFormat::Json,
        code: "{}".into(),
        source_map: Some(vec![0xff, 0].into()),
        imports: Vec::new(),
        compiled: CompiledCode::default(),
    };
    source.compiled.keep(vec![1, 2, 3].into());
    let arrived: ModuleSource = postcard::from_bytes(&postcard::to_stdvec(&source).unwrap()).unwrap();
    assert_eq!((&*arrived.code, arrived.source_map.as_deref()), ("{}", Some(&[0xff, 0][..])));
    assert_eq!(arrived.compiled.get(), None);
}

#[test]
fn a_schema_is_compiled_again_where_it_arrives_and_once() {
    let sent = Schema::new(json!({"type": "object"}), Arc::new(Nothing));
    let arrived: Schema = serde_json::from_str(&serde_json::to_string(&sent).unwrap()).unwrap();
    let copy = arrived.clone();
    let mut compiled = Vec::new();
    for schema in [&arrived, &copy] {
        schema.check(|json_schema| {
            compiled.push(json_schema.clone());
            Arc::new(Nothing)
        });
    }
    assert_eq!(compiled, [json!({"type": "object"})]);
}
