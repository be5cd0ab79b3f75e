//! Types: interned once per compilation, compared by id.
//!
//! Type numbers depend on the schedule; nothing that reaches the output may be ordered by them.
//! Inference variables never appear here: they live in the body checker until they are solved.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;
use sigil_frontend::{Contention, FileId, Shards, Symbol};
use std::cell::Cell;
use std::hash::{BuildHasher, Hash};
use std::thread::LocalKey;

/// A module is a file.
pub type ModuleId = FileId;

macro_rules! def_ids {
    ($($name:ident, $doc:literal;)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub struct $name {
            /// Module of the declaration.
            pub module: ModuleId,
            /// Number within the module's table, in source order.
            pub index: u32,
        }
    )*};
}

def_ids! {
    FnId, "A function, test or method (also a trait's method, with or without a default body).";
    AdtId, "A struct, sum or newtype.";
    TraitId, "A trait.";
    ImplId, "An impl block, inherent or of a trait.";
}

/// An interned type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ty(pub u32);

/// An interned list of types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TyList(pub u32);

/// An interned, by-name-bytes sorted list of record field names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NameList(pub u32);

/// What a type is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TyKind {
    /// Follows a reported error; agrees with every type. Never reaches the code generator.
    Error,
    /// `int`.
    Int,
    /// `float`.
    Float,
    /// `bool`.
    Bool,
    /// `str`.
    Str,
    /// `char`.
    Char,
    /// `byte`.
    Byte,
    /// `void`.
    Void,
    /// `Never`.
    Never,
    /// `Duration`.
    Duration,
    /// `Size`.
    Size,
    /// `[T]`.
    List(Ty),
    /// `{K: V}`.
    Map(Ty, Ty),
    /// `Range<T>`.
    Range(Ty),
    /// `(A, B, …)`.
    Tuple(TyList),
    /// `{ a: T, b: U }`, fields sorted by the bytes of their names.
    Record(NameList, TyList),
    /// `(A, B) -> R`.
    Fn(TyList, Ty),
    /// A user or prelude type with its arguments.
    Adt(AdtId, TyList),
    /// Type parameter number `index` of the function, impl, trait or type at hand (numbering: see `Generics`).
    Param(u32),
    /// `<self_ty as trait<args>>.name`, not known yet.
    Assoc {
        /// The trait that declares it.
        of: TraitId,
        /// Its name.
        name: Symbol,
        /// `Self` first, then the trait's arguments.
        args: TyList,
    },
}

/// Types that every compilation has, with fixed numbers.
#[allow(missing_docs)]
impl Ty {
    pub const ERROR: Ty = Ty(0);
    pub const INT: Ty = Ty(1);
    pub const FLOAT: Ty = Ty(2);
    pub const BOOL: Ty = Ty(3);
    pub const STR: Ty = Ty(4);
    pub const CHAR: Ty = Ty(5);
    pub const BYTE: Ty = Ty(6);
    pub const VOID: Ty = Ty(7);
    pub const NEVER: Ty = Ty(8);
    pub const DURATION: Ty = Ty(9);
    pub const SIZE: Ty = Ty(10);
}

/// What is known of a type without looking at its parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Flags(u8);

impl Flags {
    const PARAMS: u8 = 1;
    const ASSOC: u8 = 2;
    const ERROR: u8 = 4;

    fn and(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

#[derive(Clone, Copy)]
struct TypeData {
    kind: TyKind,
    flags: Flags,
}

struct ListData {
    types: Box<[Ty]>,
    flags: Flags,
}

impl TyList {
    /// No types.
    pub const EMPTY: TyList = TyList(0);
}

/// Numbers that a thread found last, by hash. Even a shared lock is written to, and then its cache line has to come from
/// the worker that took it last; most lookups are answered here instead. What stands here is compared before it is
/// believed, so it does no harm that it may be left from another compilation.
type Recent = [Cell<u32>; 1024];

thread_local! {
    static RECENT_TYPES: Recent = const { [const { Cell::new(0) }; 1024] };
    static RECENT_LISTS: Recent = const { [const { Cell::new(0) }; 1024] };
    static RECENT_NAME_LISTS: Recent = const { [const { Cell::new(0) }; 1024] };
}

/// One index: from the hash of a value to its number. Looked up under a shared lock first, since nearly every
/// type that is asked for exists already.
struct Index(Shards<HashTable<u32>>);

impl Index {
    /// The number of a value. `is_it` is also asked about numbers that do not exist.
    fn find_or_add(
        &self,
        recent: &'static LocalKey<Recent>,
        hash: u64,
        is_it: impl Fn(u32) -> bool,
        hash_of: impl Fn(u32) -> u64,
        add: impl FnOnce() -> u32,
    ) -> u32 {
        recent.with(|recent| {
            // The highest bits are the best ones of this hash.
            let slot = &recent[(hash >> 54) as usize];
            let id = slot.get();
            if is_it(id) {
                return id;
            }
            let id = self.find_or_add_shared(hash, is_it, hash_of, add);
            slot.set(id);
            id
        })
    }

    fn find_or_add_shared(
        &self,
        hash: u64,
        is_it: impl Fn(u32) -> bool,
        hash_of: impl Fn(u32) -> u64,
        add: impl FnOnce() -> u32,
    ) -> u32 {
        if let Some(&id) = self.0.read(hash).find(hash, |&id| is_it(id)) {
            return id;
        }
        match self.0.write(hash).entry(hash, |&id| is_it(id), |&id| hash_of(id)) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let id = add();
                entry.insert(id);
                id
            }
        }
    }
}

fn hash_of<T: Hash + ?Sized>(value: &T) -> u64 {
    FxBuildHasher.hash_one(value)
}

/// The interner. Reading a type takes no lock; making one takes a shard of the index.
pub struct Types {
    types: boxcar::Vec<TypeData>,
    type_index: Index,
    lists: boxcar::Vec<ListData>,
    list_index: Index,
    name_lists: boxcar::Vec<Box<[Symbol]>>,
    name_list_index: Index,
}

impl Types {
    /// An interner that holds the fixed types, whose indexes have that many shards each.
    pub fn new(shards: usize) -> Self {
        let index = || Index(Shards::new(shards));
        let types = Self {
            types: boxcar::Vec::new(),
            type_index: index(),
            lists: boxcar::Vec::new(),
            list_index: index(),
            name_lists: boxcar::Vec::new(),
            name_list_index: index(),
        };
        let fixed = [
            TyKind::Error,
            TyKind::Int,
            TyKind::Float,
            TyKind::Bool,
            TyKind::Str,
            TyKind::Char,
            TyKind::Byte,
            TyKind::Void,
            TyKind::Never,
            TyKind::Duration,
            TyKind::Size,
        ];
        for (number, kind) in fixed.into_iter().enumerate() {
            assert_eq!(types.intern(kind).0 as usize, number);
        }
        assert_eq!(types.list(&[]), TyList::EMPTY);
        types
    }

    /// The type with this kind.
    pub fn intern(&self, kind: TyKind) -> Ty {
        let id = self.type_index.find_or_add(
            &RECENT_TYPES,
            hash_of(&kind),
            |id| self.types.get(id as usize).is_some_and(|data| data.kind == kind),
            |id| hash_of(&self.types[id as usize].kind),
            || self.types.push(TypeData { kind, flags: self.flags_of(kind) }) as u32,
        );
        Ty(id)
    }

    fn flags_of(&self, kind: TyKind) -> Flags {
        let of = |ty: Ty| self.types[ty.0 as usize].flags;
        let of_list = |list: TyList| self.lists[list.0 as usize].flags;
        match kind {
            TyKind::Error => Flags(Flags::ERROR),
            TyKind::Param(_) => Flags(Flags::PARAMS),
            TyKind::Assoc { args, .. } => of_list(args).and(Flags(Flags::ASSOC)),
            TyKind::List(ty) | TyKind::Range(ty) => of(ty),
            TyKind::Map(key, value) => of(key).and(of(value)),
            TyKind::Tuple(list) | TyKind::Record(_, list) | TyKind::Adt(_, list) => of_list(list),
            TyKind::Fn(params, result) => of_list(params).and(of(result)),
            _ => Flags::default(),
        }
    }

    /// What a type is.
    pub fn kind(&self, ty: Ty) -> TyKind {
        self.types[ty.0 as usize].kind
    }

    /// The list of these types.
    pub fn list(&self, list: &[Ty]) -> TyList {
        if list.is_empty() && self.lists.count() > 0 {
            return TyList::EMPTY;
        }
        let id = self.list_index.find_or_add(
            &RECENT_LISTS,
            hash_of(list),
            |id| self.lists.get(id as usize).is_some_and(|data| *data.types == *list),
            |id| hash_of(&*self.lists[id as usize].types),
            || {
                let flags =
                    list.iter().fold(Flags::default(), |all, ty| all.and(self.types[ty.0 as usize].flags));
                self.lists.push(ListData { types: list.into(), flags }) as u32
            },
        );
        TyList(id)
    }

    /// The types of a list.
    pub fn list_of(&self, list: TyList) -> &[Ty] {
        &self.lists[list.0 as usize].types
    }

    /// The list of these names.
    pub fn name_list(&self, names: &[Symbol]) -> NameList {
        let id = self.name_list_index.find_or_add(
            &RECENT_NAME_LISTS,
            hash_of(names),
            |id| self.name_lists.get(id as usize).is_some_and(|data| **data == *names),
            |id| hash_of(&*self.name_lists[id as usize]),
            || self.name_lists.push(names.into()) as u32,
        );
        NameList(id)
    }

    /// The names of a list.
    pub fn name_list_of(&self, list: NameList) -> &[Symbol] {
        &self.name_lists[list.0 as usize]
    }

    /// `[element]`.
    pub fn list_ty(&self, element: Ty) -> Ty {
        self.intern(TyKind::List(element))
    }

    /// `{key: value}`.
    pub fn map_ty(&self, key: Ty, value: Ty) -> Ty {
        self.intern(TyKind::Map(key, value))
    }

    /// `Range<element>`.
    pub fn range_ty(&self, element: Ty) -> Ty {
        self.intern(TyKind::Range(element))
    }

    /// `(parts…)`.
    pub fn tuple_ty(&self, parts: &[Ty]) -> Ty {
        self.intern(TyKind::Tuple(self.list(parts)))
    }

    /// `(params…) -> result`.
    pub fn fn_ty(&self, params: &[Ty], result: Ty) -> Ty {
        self.intern(TyKind::Fn(self.list(params), result))
    }

    /// A user or prelude type.
    pub fn adt_ty(&self, id: AdtId, args: &[Ty]) -> Ty {
        self.intern(TyKind::Adt(id, self.list(args)))
    }

    /// Type parameter `index`.
    pub fn param(&self, index: u32) -> Ty {
        self.intern(TyKind::Param(index))
    }

    /// Contains type parameters.
    pub fn has_params(&self, ty: Ty) -> bool {
        self.has(ty, Flags::PARAMS)
    }

    /// Contains associated types that are not known.
    pub fn has_assoc(&self, ty: Ty) -> bool {
        self.has(ty, Flags::ASSOC)
    }

    /// Contains [`TyKind::Error`].
    pub fn has_error(&self, ty: Ty) -> bool {
        self.has(ty, Flags::ERROR)
    }

    /// Contains neither parameters, nor unknown associated types, nor errors.
    pub fn is_closed(&self, ty: Ty) -> bool {
        self.types[ty.0 as usize].flags == Flags::default()
    }

    /// All types of a list are closed.
    pub fn is_closed_list(&self, list: TyList) -> bool {
        self.lists[list.0 as usize].flags == Flags::default()
    }

    fn has(&self, ty: Ty, flag: u8) -> bool {
        self.types[ty.0 as usize].flags.0 & flag != 0
    }

    /// What happened at the locks of the indexes of types, of lists of types, and of lists of names.
    pub fn contention(&self) -> [(&'static str, Vec<Contention>); 3] {
        [
            ("types", self.type_index.0.contention()),
            ("type lists", self.list_index.0.contention()),
            ("name lists", self.name_list_index.0.contention()),
        ]
    }

    /// Number of types.
    pub fn count(&self) -> usize {
        self.types.count()
    }
}

/// The outermost part of a type: what impls and methods are filed under.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Head {
    Int,
    Float,
    Bool,
    Str,
    Char,
    Byte,
    Void,
    Duration,
    Size,
    List,
    Map,
    Range,
    Tuple,
    Record,
    Fn,
    Adt(AdtId),
}

impl Head {
    /// The head of a type; none for `Error`, `Never`, parameters and associated types.
    pub fn of(kind: TyKind) -> Option<Head> {
        Some(match kind {
            TyKind::Int => Head::Int,
            TyKind::Float => Head::Float,
            TyKind::Bool => Head::Bool,
            TyKind::Str => Head::Str,
            TyKind::Char => Head::Char,
            TyKind::Byte => Head::Byte,
            TyKind::Void => Head::Void,
            TyKind::Duration => Head::Duration,
            TyKind::Size => Head::Size,
            TyKind::List(_) => Head::List,
            TyKind::Map(..) => Head::Map,
            TyKind::Range(_) => Head::Range,
            TyKind::Tuple(_) => Head::Tuple,
            TyKind::Record(..) => Head::Record,
            TyKind::Fn(..) => Head::Fn,
            TyKind::Adt(id, _) => Head::Adt(id),
            TyKind::Error | TyKind::Never | TyKind::Param(_) | TyKind::Assoc { .. } => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_kinds_have_one_id() {
        let types = Types::new(1);
        let a = types.tuple_ty(&[Ty::INT, types.list_ty(Ty::STR)]);
        assert_eq!(a, types.tuple_ty(&[Ty::INT, types.list_ty(Ty::STR)]));
        assert_ne!(a, types.tuple_ty(&[types.list_ty(Ty::STR), Ty::INT]));
    }

    #[test]
    fn flags_come_from_the_parts() {
        let types = Types::new(1);
        let open = types.fn_ty(&[types.param(3)], Ty::ERROR);
        assert!(types.has_params(open) && types.has_error(open) && !types.has_assoc(open));
        assert!(types.is_closed(types.map_ty(Ty::STR, types.range_ty(Ty::BYTE))));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test is about threads")]
    fn workers_agree() {
        let types = Types::new(1);
        let make = || -> Vec<Ty> {
            (0..500).map(|n| (0..n % 7).fold(types.param(n / 7), |ty, _| types.list_ty(ty))).collect()
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(make);
            assert_eq!(make(), other.join().expect("no panic"));
        });
    }
}
