//! The length of the longest common subsequence of two texts, in blocks: each waits for the ones above and to the left.
//! `cargo run --release -p sigil-scheduler --example wavefront`.

use sigil_scheduler::{Context, Job, NodeId, Pool};
use std::sync::OnceLock;

const BLOCK: usize = 256;
const BLOCKS: usize = 12;

/// A block of the table, by row and column.
struct Block(usize, usize);

impl Job for Block {
    fn label(&self) -> String {
        format!("block {} {}", self.0, self.1)
    }
}

/// The last row and the last column of a block; the corner is in the row.
struct Edges {
    row: Vec<u32>,
    column: Vec<u32>,
}

fn text(mut seed: u64) -> Vec<u8> {
    let mut letter = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        b'a' + (seed >> 60) as u8
    };
    (0..BLOCK * BLOCKS).map(|_| letter()).collect()
}

fn fill(left: &[u8], top: &[u8], above: Option<&Edges>, before: Option<&Edges>, corner: u32) -> Edges {
    let mut row: Vec<u32> = above.map_or_else(|| vec![0; BLOCK], |edges| edges.row.clone());
    let mut column = Vec::with_capacity(BLOCK);
    let mut corner = corner;
    for (y, a) in left.iter().enumerate() {
        let first = before.map_or(0, |edges| edges.column[y]);
        let (mut diagonal, mut last) = (corner, first);
        for (cell, b) in row.iter_mut().zip(top) {
            let here = if a == b { diagonal + 1 } else { last.max(*cell) };
            diagonal = std::mem::replace(cell, here);
            last = here;
        }
        corner = first;
        column.push(last);
    }
    Edges { row, column }
}

fn main() {
    let (a, b) = (text(1), text(2));
    let table: Vec<OnceLock<Edges>> = (0..BLOCKS * BLOCKS).map(|_| OnceLock::new()).collect();
    let at = |y: usize, x: usize| table[y * BLOCKS + x].get();
    let run = |&mut Block(y, x): &mut Block, _: &mut Context<'_, Block>| {
        let above = if y > 0 { at(y - 1, x) } else { None };
        let before = if x > 0 { at(y, x - 1) } else { None };
        let corner =
            if x > 0 && y > 0 { at(y - 1, x - 1).map_or(0, |edges| edges.row[BLOCK - 1]) } else { 0 };
        let edges = fill(&a[y * BLOCK..][..BLOCK], &b[x * BLOCK..][..BLOCK], above, before, corner);
        assert!(table[y * BLOCKS + x].set(edges).is_ok(), "each block runs once");
    };
    let report = Pool::new(4).run(run, |cx| {
        let mut nodes: Vec<NodeId> = Vec::new();
        for (y, x) in (0..BLOCKS * BLOCKS).map(|n| (n / BLOCKS, n % BLOCKS)) {
            let above = (y > 0).then(|| nodes[(y - 1) * BLOCKS + x]);
            let before = (x > 0).then(|| nodes[y * BLOCKS + x - 1]);
            let after: Vec<_> = above.into_iter().chain(before).collect();
            nodes.push(cx.node(Block(y, x), &after));
        }
    });
    assert!(report.is_ok());
    let length = at(BLOCKS - 1, BLOCKS - 1).map_or(0, |edges| edges.row[BLOCK - 1]);
    println!("{length} letters in common, {} blocks, {} stolen", report.total().run, report.total().stolen);
}
