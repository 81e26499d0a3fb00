//! Where in the function's files something was called.

use deno_core::v8;
use onevent_contract::specifier::PROJECT_ROOT;

/// So many frames are looked at: the SDK's own stand above the function's.
const MAX_FRAMES: usize = 12;

/// A place in a script of the function, as V8 has it: before source maps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptPlace {
    /// The module's specifier.
    pub specifier: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in UTF-16 units, from 1.
    pub column: u32,
    /// The function's name, where it has one.
    pub function: Option<String>,
}

impl ScriptPlace {
    /// The innermost frame of the function's own files of what is executing; `None` where there is none.
    pub fn of_what_executes(scope: &mut v8::PinScope<'_, '_>) -> Option<Self> {
        let stack = v8::StackTrace::current_stack_trace(scope, MAX_FRAMES)?;
        (0..stack.get_frame_count()).find_map(|index| {
            let frame = stack.get_frame(scope, index)?;
            let specifier = frame.get_script_name(scope)?.to_rust_string_lossy(scope);
            if !specifier.starts_with(PROJECT_ROOT) {
                return None;
            }
            let function = frame.get_function_name(scope).map(|name| name.to_rust_string_lossy(scope));
            Some(Self {
                specifier,
                line: u32::try_from(frame.get_line_number()).ok()?,
                column: u32::try_from(frame.get_column()).ok()?,
                function: function.filter(|name| !name.is_empty()),
            })
        })
    }
}
