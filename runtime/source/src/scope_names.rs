//! Which names of Node's module scope an ECMAScript module uses as if it were CommonJS.

use deno_ast::swc::ast::{
    BindingIdent, ClassDecl, FnDecl, Ident, ImportDefaultSpecifier, ImportNamedSpecifier,
    ImportStarAsSpecifier, TsExternalModuleRef, VarDecl,
};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::{ParsedSource, ProgramRef};
use onevent_contract::ScopeName;

/// What a file does with one name.
#[derive(Default, Clone, Copy)]
struct Use {
    used: bool,
    declared: bool,
}

/// What it does with each of them.
#[derive(Default)]
pub(crate) struct ScopeNames {
    require: Use,
    process: Use,
    global: Use,
}

impl ScopeNames {
    /// The names that are used and never declared, in any scope. Only packages get more than `require`.
    pub(crate) fn of(parsed: &ParsedSource, of_package: bool) -> Vec<ScopeName> {
        let mut names = Self::default();
        match parsed.program_ref() {
            ProgramRef::Module(module) => module.visit_with(&mut names),
            ProgramRef::Script(script) => script.visit_with(&mut names),
        }
        let mut found = Vec::new();
        let mut add = |name, found_use: Use, offered: bool| {
            if offered && found_use.used && !found_use.declared {
                found.push(name);
            }
        };
        add(ScopeName::Require, names.require, true);
        add(ScopeName::Process, names.process, of_package);
        add(ScopeName::Global, names.global, of_package);
        found
    }

    fn of_name(&mut self, name: &Ident) -> Option<&mut Use> {
        match &*name.sym {
            "require" => Some(&mut self.require),
            "process" => Some(&mut self.process),
            "global" => Some(&mut self.global),
            _ => None,
        }
    }

    fn declare(&mut self, name: &Ident) {
        if let Some(found) = self.of_name(name) {
            found.declared = true;
        }
    }
}

impl Visit for ScopeNames {
    fn visit_ident(&mut self, name: &Ident) {
        if let Some(found) = self.of_name(name) {
            found.used = true;
        }
    }

    fn visit_binding_ident(&mut self, binding: &BindingIdent) {
        self.declare(&binding.id);
    }

    fn visit_fn_decl(&mut self, declaration: &FnDecl) {
        // `declare function require` only tells a compiler that there is one.
        if !declaration.declare {
            self.declare(&declaration.ident);
            declaration.function.visit_with(self);
        }
    }

    fn visit_class_decl(&mut self, declaration: &ClassDecl) {
        if !declaration.declare {
            self.declare(&declaration.ident);
            declaration.class.visit_with(self);
        }
    }

    fn visit_var_decl(&mut self, declaration: &VarDecl) {
        if !declaration.declare {
            declaration.visit_children_with(self);
        }
    }

    fn visit_import_named_specifier(&mut self, specifier: &ImportNamedSpecifier) {
        self.declare(&specifier.local);
    }

    fn visit_import_default_specifier(&mut self, specifier: &ImportDefaultSpecifier) {
        self.declare(&specifier.local);
    }

    fn visit_import_star_as_specifier(&mut self, specifier: &ImportStarAsSpecifier) {
        self.declare(&specifier.local);
    }

    fn visit_ts_external_module_ref(&mut self, _: &TsExternalModuleRef) {
        // `import x = require('y')` becomes a call of `require`.
        self.require.used = true;
    }
}
