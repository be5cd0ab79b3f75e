//! The prelude traits on built-in types: table 4.4.

use super::{ImplAnswer, NO};
use crate::decl::Bound;
use crate::program::{Lang, Program};
use crate::types::{TraitId, TyKind};

impl Program {
    /// One of the six traits with built-in impls.
    pub fn is_prelude_trait(&self, of: TraitId) -> bool {
        let Some(&Lang { eq, comparable, hashable, printable, clone, default, .. }) = self.lang.get() else {
            return false;
        };
        [eq, comparable, hashable, printable, clone, default].contains(&of)
    }

    /// The answer for a built-in type; none for user types and for traits without built-in impls.
    pub(super) fn builtin_impl(
        &self,
        of: TraitId,
        kind: TyKind,
        env: &[Bound],
        depth: u32,
    ) -> Option<ImplAnswer> {
        if matches!(kind, TyKind::Adt(..)) || !self.is_prelude_trait(of) {
            return None;
        }
        let lang = self.lang();
        let is_equality = of == lang.eq || of == lang.printable;
        let pair;
        let parts: &[crate::types::Ty] = match kind {
            _ if of == lang.clone => &[],
            TyKind::Fn(..) => return Some(NO),
            TyKind::Float if of == lang.hashable => return Some(NO),
            TyKind::List(_) | TyKind::Map(..) if of == lang.default => &[],
            TyKind::List(_) if of == lang.hashable => return Some(NO),
            TyKind::List(element) => {
                pair = [element; 2];
                &pair[..1]
            }
            TyKind::Map(key, value) if is_equality => {
                pair = [key, value];
                &pair
            }
            TyKind::Range(_) if is_equality => &[],
            TyKind::Map(..) | TyKind::Range(_) => return Some(NO),
            TyKind::Tuple(parts) => self.types.list_of(parts),
            TyKind::Record(..) if of == lang.default => return Some(NO),
            TyKind::Record(_, parts) => self.types.list_of(parts),
            _ => &[],
        };
        Some(match self.all_implement(of, parts, env, depth) {
            None => ImplAnswer::BuiltIn,
            Some(because) => ImplAnswer::No { because: Some(because) },
        })
    }
}
