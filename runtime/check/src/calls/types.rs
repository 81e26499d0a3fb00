//! Types that say that a name is a `nango`.

use std::collections::HashSet;

use deno_ast::swc::ast::{
    Decl, Id, Ident, ModuleDecl, ModuleItem, Stmt, TsEntityName, TsType, TsTypeAliasDecl, TsTypeQueryExpr,
    TsUnionOrIntersectionType,
};

/// What Nango's package and onevent's types call it.
const TYPES: [&str; 5] = ["NangoAction", "NangoOnEvent", "NangoSync", "NangoActionBase", "NangoSyncBase"];

/// The types of a file that are a `nango`.
#[derive(Debug, Default)]
pub(super) struct NangoTypes(HashSet<Id>);

impl NangoTypes {
    /// Those that the file declares: `type Local = Parameters<typeof fn.exec>[0]`.
    pub(super) fn of(items: &[ModuleItem]) -> Self {
        let mut types = Self::default();
        // An alias may stand before what it is one of.
        for _ in 0..2 {
            for alias in items.iter().filter_map(alias) {
                if types.is_nango(&alias.type_ann) {
                    types.0.insert(alias.id.to_id());
                }
            }
        }
        types
    }

    /// Whether a value of this type is a `nango`.
    pub(super) fn is_nango(&self, of: &TsType) -> bool {
        match of {
            TsType::TsParenthesizedType(inner) => self.is_nango(&inner.type_ann),
            TsType::TsUnionOrIntersectionType(TsUnionOrIntersectionType::TsUnionType(union)) => {
                union.types.iter().any(|part| self.is_nango(part))
            }
            TsType::TsUnionOrIntersectionType(TsUnionOrIntersectionType::TsIntersectionType(both)) => {
                both.types.iter().any(|part| self.is_nango(part))
            }
            TsType::TsTypeRef(reference) => match &reference.type_name {
                TsEntityName::Ident(name) => self.is_name(name),
                TsEntityName::TsQualifiedName(name) => TYPES.contains(&&*name.right.sym),
            },
            TsType::TsIndexedAccessType(access) => is_parameters_of_exec(&access.obj_type),
            _ => false,
        }
    }

    fn is_name(&self, name: &Ident) -> bool {
        TYPES.contains(&&*name.sym) || self.0.contains(&name.to_id())
    }
}

fn alias(item: &ModuleItem) -> Option<&TsTypeAliasDecl> {
    match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::TsTypeAlias(alias))) => Some(alias),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => match &export.decl {
            Decl::TsTypeAlias(alias) => Some(alias),
            _ => None,
        },
        _ => None,
    }
}

/// `Parameters<typeof fn.exec>` or `Parameters<(typeof fn)['exec']>`.
fn is_parameters_of_exec(of: &TsType) -> bool {
    let TsType::TsTypeRef(reference) = of else { return false };
    if !matches!(&reference.type_name, TsEntityName::Ident(name) if &*name.sym == "Parameters") {
        return false;
    }
    let Some(argument) = reference.type_params.as_ref().and_then(|types| types.params.first()) else {
        return false;
    };
    is_exec(argument)
}

fn is_exec(of: &TsType) -> bool {
    match of {
        TsType::TsTypeQuery(query) => matches!(
            &query.expr_name,
            TsTypeQueryExpr::TsEntityName(TsEntityName::TsQualifiedName(name)) if &*name.right.sym == "exec"
        ),
        TsType::TsIndexedAccessType(access) => matches!(
            &*access.index_type,
            TsType::TsLitType(literal) if literal.lit.as_str().is_some_and(|text| text.value == "exec")
        ),
        _ => false,
    }
}
