//! Random graphs, and what must come of them.

use std::collections::BTreeSet;

/// How a vertex's node is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Spawn,
    Next,
    /// With all edges at once.
    Node,
    /// Held; half of its edges come later.
    Late,
    /// The same, let go by a handle.
    LateByHandle,
    /// After an event that has the edges.
    Event,
}

pub struct Vertex {
    /// Whose job makes it; nobody's for the first ones. Smaller.
    pub maker: Option<usize>,
    /// All smaller. The vertices that a job makes are waited for through events, which are there from the beginning.
    pub before: Vec<usize>,
    pub way: Way,
    pub panics: bool,
    pub drop_panics: bool,
    pub label_panics: bool,
    pub cancels: bool,
}

pub struct Plan {
    pub vertices: Vec<Vertex>,
}

/// What must come of a vertex.
#[derive(Debug)]
pub enum Fate {
    /// Its maker did not run.
    NotMade,
    /// It waits for what never comes.
    Stalls,
    /// One of these has failed before it.
    Skipped(BTreeSet<String>),
    Runs,
}

/// A small generator (xorshift), seeded through a mixer.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Random((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

impl Plan {
    /// A third of the plans has no failures, a third panics, a third may be cancelled too.
    pub fn random(seed: u64) -> Plan {
        let mut random = Random::new(seed);
        let n = 1 + random.below(80);
        let (has_panics, has_cancels) = (!seed.is_multiple_of(3), seed % 3 == 2);
        let nesting = 2 + random.below(6);
        let max_degree = 1 + random.below(9);
        let mut vertices: Vec<Vertex> = Vec::new();
        for v in 0..n {
            let maker = (v > 0 && random.one_in(nesting)).then(|| random.below(v));
            // The first ones are made in order, so a job knows the ids of those before its first maker (not of
            // that one, which may run before its id is noted).
            let mut first = maker.unwrap_or(v);
            while let Some(maker) = vertices.get(first).and_then(|vertex| vertex.maker) {
                first = maker;
            }
            let is_known = |b: &usize| vertices[*b].maker.is_some() || *b < first;
            let degree = if v == 0 { 0 } else { random.below(max_degree) };
            let drawn: Vec<_> = (0..degree).map(|_| random.below(v)).collect();
            vertices.push(Vertex {
                maker,
                before: drawn.into_iter().filter(is_known).collect(),
                way: [Way::Node, Way::Node, Way::Late, Way::LateByHandle, Way::Event][random.below(5)],
                panics: has_panics && random.one_in(25),
                drop_panics: has_panics && random.one_in(60),
                label_panics: has_panics && random.one_in(40),
                cancels: has_cancels && random.one_in(60),
            });
        }
        let waited: BTreeSet<usize> = vertices.iter().flat_map(|v| v.before.clone()).collect();
        for (v, vertex) in vertices.iter_mut().enumerate() {
            if vertex.before.is_empty() && !waited.contains(&v) {
                vertex.way = if random.one_in(2) { Way::Spawn } else { Way::Next };
            }
        }
        Plan { vertices }
    }

    /// What must come of each vertex if nothing is cancelled.
    pub fn fates(&self) -> Vec<Fate> {
        let mut fates: Vec<Fate> = Vec::new();
        for vertex in &self.vertices {
            let is_made = vertex.maker.is_none_or(|maker| matches!(fates[maker], Fate::Runs));
            let waits = |&b: &usize| matches!(fates[b], Fate::NotMade | Fate::Stalls);
            let causes: BTreeSet<String> =
                vertex.before.iter().flat_map(|&b| self.causes(b, &fates[b])).collect();
            fates.push(if !is_made {
                Fate::NotMade
            } else if vertex.before.iter().any(waits) {
                Fate::Stalls
            } else if !causes.is_empty() {
                Fate::Skipped(causes)
            } else {
                Fate::Runs
            });
        }
        fates
    }

    /// What a vertex's successors may name as the reason that they are skipped.
    fn causes(&self, v: usize, fate: &Fate) -> BTreeSet<String> {
        let vertex = &self.vertices[v];
        let mut causes = BTreeSet::new();
        match fate {
            Fate::Skipped(own) => causes.extend(own.iter().cloned()),
            Fate::Runs if vertex.panics && vertex.label_panics => {
                causes.insert("a job whose label panics".to_owned());
            }
            Fate::Runs if vertex.panics => {
                causes.insert(format!("vertex {v}"));
            }
            _ => {}
        }
        if vertex.drop_panics && matches!(fate, Fate::Skipped(_) | Fate::Runs) {
            causes.insert("a job's drop".to_owned());
        }
        causes
    }
}
