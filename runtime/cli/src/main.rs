//! The binary `onevent`.
#![forbid(unsafe_code)]

mod app;
mod args;
mod commands;
mod credentials;
mod exit;
mod failure;
mod function_names;
mod input;
mod inspect;
mod interruption;
mod output;
mod server_api;
mod session;
mod surroundings;
mod whole_file;

fn main() -> std::process::ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    // Before anything else is looked at, and before there is another thread: a child closes all doors first.
    if let [_, first, rest @ ..] = &arguments[..]
        && first == onevent_worker::WORKER_ARGUMENT
    {
        std::process::exit(onevent_worker::child::main(rest.iter().cloned()));
    }
    app::main(arguments).number().into()
}
