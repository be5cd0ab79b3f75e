//! Exhaustive and unreachable matches, by the usefulness of pattern matrices.
//!
//! Maranget, "Warnings for pattern matching" (JFP 2007): a matrix of patterns, one row an arm (or an alternative of
//! one), is split by the constructors of its first column. Where no row is left, the way there is a witness of a
//! missing case; an arm that is never the first row to match is unreachable. Guarded rows match without covering.
//!
//! The column split is one that the first row looks at, so that each split settles something about that row; columns
//! that no row looks at are left out, and what is left is solved once, however it was come by. So a few rows that look
//! at few of many columns are cheap.
//!
//! The problem is NP-complete, so work is counted and given up beyond a budget that no honest match comes near.

mod lower;
mod split;
mod witness;

use crate::hir::{Body, PatId, PatKind};
use crate::program::Program;
use crate::types::{Ty, TyKind};
use lower::{ANY, Lowered};
use rustc_hash::FxHashMap;
use split::Piece;
use witness::Witness;

/// Cells of matrices that may be built for one match.
const BUDGET: usize = 20_000_000;

/// Cells that are built before solutions are remembered: most matches need fewer.
const FORGETFUL: usize = 1_000;

/// What is to be said about a match.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Done: arms that are never reached, and a case that no arm matches.
    Known {
        /// Positions of unreachable arms.
        unreachable: Vec<usize>,
        /// Text of a missing case.
        missing: Option<String>,
    },
    /// Too many combinations.
    TooComplex,
}

/// Looks at the arms of a match: patterns, each with whether it is guarded.
pub(crate) fn check(p: &Program, body: &Body, ty: Ty, arms: &[(PatId, bool)]) -> Verdict {
    if let Some(verdict) = flat(p, body, ty, arms) {
        return verdict;
    }
    let mut lowered = Lowered::default();
    let roots: Vec<u32> = arms.iter().map(|&(pat, _)| lowered.pattern(body, pat, false)).collect();
    run(p, &lowered, ty, roots.iter().zip(arms).map(|(&root, &(_, guarded))| (root, guarded)))
}

/// Whether a pattern of `let` or `for` matches every value. List patterns count as matching (they may panic), but
/// their elements must match.
pub(crate) fn irrefutable(p: &Program, body: &Body, pat: PatId) -> Verdict {
    let mut lowered = Lowered::default();
    let root = lowered.pattern(body, pat, true);
    let mut verdict = run(p, &lowered, body[pat].ty, std::iter::once((root, false)));
    let mut done = 0;
    while done < lowered.apart.len() && matches!(verdict, Verdict::Known { missing: None, .. }) {
        let (element, ty) = lowered.apart[done];
        done += 1;
        verdict = run(p, &lowered, ty, std::iter::once((element, false)));
    }
    verdict
}

fn run(p: &Program, lowered: &Lowered, ty: Ty, arms: impl Iterator<Item = (u32, bool)>) -> Verdict {
    let mut solver = Solver { p, lowered, useful: Vec::new(), spent: 0, solved: FxHashMap::default() };
    let mut matrix = Matrix { width: 1, cells: Vec::new(), rows: Vec::new() };
    for (arm, (root, guarded)) in arms.enumerate() {
        matrix.cells.push(root);
        matrix.rows.push(Row { arm: arm as u32, guarded });
        solver.useful.push(false);
    }
    match solver.solve(matrix, &mut vec![ty]) {
        Err(TooComplex) => Verdict::TooComplex,
        Ok(witness) => {
            let unreachable = (0..solver.useful.len()).filter(|&arm| !solver.useful[arm]).collect();
            let missing = witness.and_then(|mut w| w.pop()).map(|w| w.text());
            Verdict::Known { unreachable, missing }
        }
    }
}

/// A row's arm.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Row {
    arm: u32,
    guarded: bool,
}

/// Rows of patterns; the column looked at is the last one.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Matrix {
    width: usize,
    cells: Vec<u32>,
    rows: Vec<Row>,
}

impl Matrix {
    fn column(&self, column: usize) -> impl Iterator<Item = u32> {
        self.cells.iter().copied().skip(column).step_by(self.width)
    }

    fn rows_of_cells(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.rows.len()).map(|row| &self.cells[row * self.width..(row + 1) * self.width])
    }

    fn swap_with_last(&mut self, column: usize) {
        self.cells.chunks_exact_mut(self.width).for_each(|row| row.swap(column, self.width - 1));
    }
}

/// The budget is spent.
struct TooComplex;

struct Solver<'a> {
    p: &'a Program,
    lowered: &'a Lowered,
    useful: Vec<bool>,
    spent: usize,
    /// The missing cases of matrices with columns of these types.
    solved: FxHashMap<(Matrix, Vec<Ty>), Option<Vec<Witness>>>,
}

impl Solver<'_> {
    /// Marks the arms of useful rows; returns the columns of a case that no row matches, if there is one.
    fn solve(&mut self, matrix: Matrix, tys: &mut Vec<Ty>) -> Result<Option<Vec<Witness>>, TooComplex> {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.solve_inner(matrix, tys))
    }

    fn solve_inner(
        &mut self,
        mut matrix: Matrix,
        tys: &mut Vec<Ty>,
    ) -> Result<Option<Vec<Witness>>, TooComplex> {
        let Some(column) = self.first_look(&mut matrix) else {
            return Ok(matrix.rows.is_empty().then(|| vec![Witness::Any; matrix.width]));
        };
        let is_looked_at = |column: &usize| matrix.column(*column).any(|cell| cell != ANY);
        let kept: Vec<usize> = (0..matrix.width).filter(is_looked_at).collect();
        if kept.len() < matrix.width {
            return self.solve_columns(&matrix, &kept, tys);
        }
        let key = (self.spent > FORGETFUL).then(|| (matrix.clone(), tys.clone()));
        if let Some(known) = key.as_ref().and_then(|key| self.solved.get(key)) {
            return Ok(known.clone());
        }
        matrix.swap_with_last(column);
        let last = matrix.width - 1;
        tys.swap(column, last);
        let mut witness = self.split(matrix, tys)?;
        tys.swap(column, last);
        if let Some(columns) = &mut witness {
            columns.swap(column, last);
        }
        if let Some(key) = key {
            self.solved.insert(key, witness.clone());
        }
        Ok(witness)
    }

    /// Takes away the rows that match anything, as long as they are first. Then the first row looks at the column
    /// returned, or no row is left, or the first one matches all that is left.
    fn first_look(&mut self, matrix: &mut Matrix) -> Option<usize> {
        let mut done = 0;
        let mut found = None;
        for (row, cells) in matrix.rows.iter().zip(matrix.rows_of_cells()) {
            found = cells.iter().rposition(|&cell| cell != ANY);
            if found.is_some() {
                break;
            }
            self.useful[row.arm as usize] = true;
            if !row.guarded {
                break;
            }
            done += 1;
        }
        matrix.rows.drain(..done);
        matrix.cells.drain(..done * matrix.width);
        found
    }

    /// Solves some of the columns; no row looks at the others.
    fn solve_columns(
        &mut self,
        matrix: &Matrix,
        kept: &[usize],
        tys: &[Ty],
    ) -> Result<Option<Vec<Witness>>, TooComplex> {
        let mut cells = Vec::with_capacity(matrix.rows.len() * kept.len());
        for row in matrix.rows_of_cells() {
            cells.extend(kept.iter().map(|&column| row[column]));
        }
        let inner = Matrix { width: kept.len(), cells, rows: matrix.rows.clone() };
        let mut inner_tys = kept.iter().map(|&column| tys[column]).collect();
        let found = self.solve(inner, &mut inner_tys)?;
        Ok(found.map(|columns| {
            let mut all = vec![Witness::Any; matrix.width];
            kept.iter().zip(columns).for_each(|(&column, witness)| all[column] = witness);
            all
        }))
    }

    /// Splits the last column.
    fn split(&mut self, matrix: Matrix, tys: &mut Vec<Ty>) -> Result<Option<Vec<Witness>>, TooComplex> {
        let matrix = self.expand_alternatives(matrix)?;
        let Some(ty) = tys.pop() else { return Ok(None) };
        let heads: Vec<u32> = matrix.column(matrix.width - 1).collect();
        let pieces = split::pieces(self.p, self.lowered, ty, &heads);
        let mut witness = None;
        for piece in &pieces {
            let found = self.solve_piece(&matrix, &heads, piece, ty, tys)?;
            if witness.is_none() {
                witness = found;
            }
        }
        tys.push(ty);
        Ok(witness)
    }

    /// The matrix restricted to one piece of the column's type.
    fn solve_piece(
        &mut self,
        matrix: &Matrix,
        heads: &[u32],
        piece: &Piece,
        ty: Ty,
        tys: &mut Vec<Ty>,
    ) -> Result<Option<Vec<Witness>>, TooComplex> {
        let fields = piece.field_types(self.p, ty);
        let rest = matrix.width - 1;
        let width = rest + fields.len();
        self.spend(piece.rows.len() * width.max(1) + 1)?;
        let mut inner = Matrix {
            width,
            cells: Vec::with_capacity(piece.rows.len() * width),
            rows: Vec::with_capacity(piece.rows.len()),
        };
        for &row in &piece.rows {
            let row = row as usize;
            inner.cells.extend_from_slice(&matrix.cells[row * matrix.width..row * matrix.width + rest]);
            self.lowered.push_fields(heads[row], piece, fields.len(), &mut inner.cells);
            inner.rows.push(matrix.rows[row]);
        }
        let depth = tys.len();
        // The first field is looked at first, so it goes last.
        tys.extend(fields.iter().rev());
        let found = self.solve(inner, tys)?;
        tys.truncate(depth);
        Ok(found.map(|mut columns| {
            let at = columns.len() - fields.len();
            let mut parts = columns.split_off(at);
            parts.reverse();
            columns.push(piece.witness(self.p, ty, parts));
            columns
        }))
    }

    fn spend(&mut self, cells: usize) -> Result<(), TooComplex> {
        self.spent += cells;
        if self.spent > BUDGET { Err(TooComplex) } else { Ok(()) }
    }

    /// Replaces rows whose last column has alternatives by one row for each.
    fn expand_alternatives(&mut self, matrix: Matrix) -> Result<Matrix, TooComplex> {
        let width = matrix.width;
        let last = |row: usize| matrix.cells[row * width + width - 1];
        if !(0..matrix.rows.len()).any(|row| self.lowered.is_or(last(row))) {
            return Ok(matrix);
        }
        let mut out = Matrix { width, cells: Vec::new(), rows: Vec::new() };
        for (row, &meta) in matrix.rows.iter().enumerate() {
            let mut flat = Vec::new();
            self.lowered.alternatives(last(row), &mut flat);
            self.spend(flat.len() * width)?;
            for alternative in flat {
                out.cells.extend_from_slice(&matrix.cells[row * width..row * width + width - 1]);
                out.cells.push(alternative);
                out.rows.push(meta);
            }
        }
        Ok(out)
    }
}

/// The usual case, without a matrix: variants or bools whose fields are only bound.
fn flat(p: &Program, body: &Body, ty: Ty, arms: &[(PatId, bool)]) -> Option<Verdict> {
    let (count, adt) = match p.types.kind(ty) {
        TyKind::Bool => (2, None),
        TyKind::Adt(id, _) if p.adt(id).variants.len() <= 64 => (p.adt(id).variants.len(), Some(id)),
        _ => return None,
    };
    let full = if count == 64 { u64::MAX } else { (1 << count) - 1 };
    let mut covered = 0u64;
    let mut unreachable = Vec::new();
    for (arm, &(pat, guarded)) in arms.iter().enumerate() {
        let mask = match body[strip(body, pat)].kind {
            PatKind::Wild | PatKind::Bind(..) => full,
            PatKind::Variant(index, fields) if body.pats(fields).iter().all(|&f| is_plain(body, f)) => {
                1 << index
            }
            PatKind::Const(crate::decl::Const::Bool(value)) => 1 << u32::from(value),
            _ => return None,
        };
        if mask & !covered == 0 {
            unreachable.push(arm);
        }
        if !guarded {
            covered |= mask;
        }
    }
    let missing = (covered != full).then(|| (!covered).trailing_zeros());
    let missing = missing.map(|index| match adt {
        None => (index == 1).to_string(),
        Some(id) => {
            let variant = &p.adt(id).variants[index as usize];
            let parts = vec![Witness::Any; variant.fields.len()];
            Witness::variant(p, id, index, parts).text()
        }
    });
    Some(Verdict::Known { unreachable, missing })
}

fn strip(body: &Body, mut pat: PatId) -> PatId {
    while let PatKind::Bind(_, Some(inner)) = body[pat].kind {
        pat = inner;
    }
    pat
}

fn is_plain(body: &Body, pat: PatId) -> bool {
    matches!(body[strip(body, pat)].kind, PatKind::Wild | PatKind::Bind(_, None))
}
