//! From workers' notes to a trace.

use super::clock::Scale;
use super::record::{self, Notes};
use super::{Head, Node, Ran, Trace, VERSION, Worker};
use std::collections::HashMap;
use std::sync::Arc;

/// What the workers of a run noted; a [`Trace`] is made of it when labels are known.
#[derive(Clone, Debug)]
pub struct Recording {
    notes: Arc<Notes>,
    head: Head,
}

/// A node that was made, with names as the workers knew them.
struct Made {
    id: u64,
    time: u64,
    kind: u32,
    weight: u32,
    flags: u64,
    tag: u64,
    after: Vec<u64>,
    creator: Option<u64>,
}

/// All notes of all workers, by subject.
#[derive(Default)]
struct Collected {
    made: Vec<Made>,
    ran: Vec<(u64, Ran)>,
    edges: Vec<(u64, u64)>,
    done: Vec<(u64, u64, Option<u64>)>,
    hungry: Vec<(u64, Vec<u32>)>,
    next: Vec<u64>,
    workers: Vec<Worker>,
}

impl Recording {
    pub(crate) fn new(notes: Notes, workers: usize, cores: usize, children: usize, policy: String) -> Self {
        let head = Head {
            version: VERSION,
            workers: workers as u32,
            cores: cores as u32,
            children: children as u32,
            policy,
            clock: notes.clock.name().to_owned(),
            wall: Scale::new(notes.begin, notes.end).ns(notes.end.ticks),
            kinds: Vec::new(),
        };
        Recording { notes: Arc::new(notes), head }
    }

    /// The trace, with names of kinds, and labels of nodes made from what [`Job::kind`](crate::Job::kind) and
    /// [`Job::tag`](crate::Job::tag) had said.
    pub fn trace(&self, kinds: &[&str], mut label: impl FnMut(u8, u64) -> String) -> Trace {
        let scale = Scale::new(self.notes.begin, self.notes.end);
        let mut all = Collected::default();
        for (worker, buffer) in self.notes.workers.iter().enumerate() {
            all.read(worker as u32, &buffer.words(), self.notes.begin.ticks, scale);
        }
        // Stable, so that one worker's nodes stay in its order.
        all.made.sort_by_key(|made| made.time);
        let number: HashMap<u64, u32> =
            all.made.iter().enumerate().map(|(at, made)| (made.id, at as u32)).collect();
        let find = |id: &u64| number.get(id).copied();
        let mut nodes: Vec<Node> = Vec::with_capacity(all.made.len());
        for made in &all.made {
            nodes.push(Node {
                kind: made.kind,
                label: if made.flags & record::EVENT != 0 {
                    String::new()
                } else {
                    label(made.kind as u8, made.tag)
                },
                weight: made.weight,
                is_event: made.flags & record::EVENT != 0,
                is_held: made.flags & (record::HELD | record::EVENT) != 0,
                creator: made.creator.as_ref().and_then(find),
                created: made.time,
                after: made.after.iter().filter_map(find).collect(),
                ..Node::default()
            });
        }
        for (id, run) in &all.ran {
            find(id).into_iter().for_each(|at| nodes[at as usize].run = Some(*run));
        }
        for (before, after) in &all.edges {
            if let (Some(before), Some(after)) = (find(before), find(after)) {
                nodes[after as usize].after.push(before);
            }
        }
        for (id, time, by) in &all.done {
            let by = by.as_ref().and_then(find);
            find(id).into_iter().for_each(|at| nodes[at as usize].done = Some((*time, by)));
        }
        for (id, hungry) in std::mem::take(&mut all.hungry) {
            find(&id).into_iter().for_each(|at| nodes[at as usize].hungry.clone_from(&hungry));
        }
        for id in &all.next {
            find(id).into_iter().for_each(|at| nodes[at as usize].is_next = true);
        }
        for child in &self.notes.children {
            let span = (scale.ns(child.start), scale.ns(child.end));
            find(&child.node).into_iter().for_each(|at| nodes[at as usize].child = Some(span));
        }
        let mut head = self.head.clone();
        head.kinds = kinds.iter().map(|&kind| kind.to_owned()).collect();
        let mut trace = Trace { head, nodes, workers: all.workers };
        trace.find_ready();
        trace
    }
}

impl Collected {
    fn read(&mut self, worker: u32, words: &[u64], mut base: u64, scale: Scale) {
        let mut log = Worker::default();
        // What the job at hand has made or completed so far.
        let (mut made, mut done) = (self.made.len(), self.done.len());
        let mut hungry = Vec::new();
        let mut long = 0;
        let mut at = 0;
        while let Some(&head) = words.get(at) {
            let tag = head & 15;
            match tag {
                record::TIME => base = head >> 4,
                record::LONG => long = head >> 4,
                record::HUNGRY => hungry.push((head >> 4) as u32),
                record::NEXT => self.next.push(head >> 4),
                _ => {}
            }
            if matches!(tag, record::TIME | record::LONG | record::HUNGRY | record::NEXT) {
                at += 1;
                continue;
            }
            let second = words[at + 1];
            at += 2;
            if tag == record::EDGE {
                self.edges.push((head >> 4, second));
                continue;
            }
            base += second >> 32;
            let duration = std::mem::take(&mut long).max(second & 0xffff_ffff);
            let end = scale.ns(base);
            let span = (scale.ns(base.saturating_sub(duration)), end);
            match tag {
                record::RAN => {
                    let id = head >> 4;
                    self.ran.push((id, Ran { worker, start: span.0, end }));
                    if !hungry.is_empty() {
                        self.hungry.push((id, std::mem::take(&mut hungry)));
                    }
                    for it in &mut self.made[made..] {
                        it.creator = it.creator.map(|_| id);
                    }
                    for it in &mut self.done[done..] {
                        it.2 = it.2.map(|_| id);
                    }
                    (made, done) = (self.made.len(), self.done.len());
                }
                record::MADE => {
                    let mut tag = 0;
                    if second & record::TAGGED != 0 {
                        tag = words[at];
                        at += 1;
                    }
                    let mut n_after = second >> 16 & u64::from(record::MANY);
                    if n_after == u64::from(record::MANY) {
                        n_after = words[at];
                        at += 1;
                    }
                    let after = words[at..][..n_after as usize].to_vec();
                    at += after.len();
                    let creator = (second & record::IN_JOB != 0).then_some(0);
                    self.made.push(Made {
                        id: head >> 4,
                        time: end,
                        kind: (second >> 8 & 0xff) as u32,
                        weight: (second >> 4 & 15) as u32,
                        flags: second & 15,
                        tag,
                        after,
                        creator,
                    });
                }
                record::DONE => self.done.push((head >> 4, end, (second & 1 != 0).then_some(0))),
                record::STEAL => {
                    log.steals.push((span.0, end, (head >> 4) as u32, (head >> 36) as u32));
                }
                record::PARK => {
                    log.parks.push(span);
                    log.woken_by.push(((head >> 4) as u32).checked_sub(1));
                }
                record::SEARCH => log.searches.push(span),
                _ => log.wakes.push(end),
            }
        }
        self.workers.push(log);
    }
}

impl Trace {
    /// Works out when each node became ready: nobody notes it, it follows from the rest.
    fn find_ready(&mut self) {
        for node in self.order() {
            let it = &self.nodes[node as usize];
            let by_hand = match (it.child, it.is_held) {
                (Some((_, end)), _) => Some(end),
                (None, true) => it.done.map(|(time, _)| time),
                (None, false) => Some(it.created),
            };
            let met = it.after.iter().map(|&before| self.nodes[before as usize].end());
            let ready = met.fold(by_hand, |a, b| Some(a?.max(b?)));
            // By clocks of different cores; and a node that ran was ready.
            let ready = match it.run {
                Some(run) => Some(ready.unwrap_or(run.start).min(run.start).max(it.created.min(run.start))),
                None => ready,
            };
            self.nodes[node as usize].ready = ready;
        }
    }
}
