use super::*;
use crate::Policy;

const COSTS: Costs =
    Costs { node: 10, steal: 100, wake: 40_000, waking: 0, start: 40_000, starting: 0, round: 500 };

fn setting(workers: usize, policy: &str) -> Setting {
    let policy: Policy = policy.parse().unwrap();
    Setting { workers, cores: workers, policy, costs: COSTS, seed: 1, phases: Vec::new() }
}

fn task(work: u64, made: Option<(u32, u64)>, after: &[u32]) -> Task {
    Task { work, made, after: after.to_vec(), is_over: true, ..Task::default() }
}

fn graph(tasks: Vec<Task>) -> Graph {
    Graph { order: (0..tasks.len() as u32).collect(), tasks, ..Graph::default() }
}

/// A job that makes `n` nodes of a millisecond.
fn fan(n: u32) -> Graph {
    let mut tasks = vec![task(1000, None, &[])];
    tasks.extend((0..n).map(|_| task(1_000_000, Some((0, 500)), &[])));
    graph(tasks)
}

#[test]
fn a_chain_takes_its_length_on_any_number_of_workers() {
    let chain = graph(
        (0..10u32).map(|n| task(1000, None, &n.checked_sub(1).into_iter().collect::<Vec<_>>())).collect(),
    );
    for workers in [1, 2, 16] {
        let result = simulate(&chain, &setting(workers, ""));
        assert_eq!((result.makespan, result.left), (10 * 1010, 0), "{workers} workers");
    }
}

#[test]
fn independent_nodes_are_shared() {
    for policy in ["", "order=fifo", "steal=one", "victim=near", "searchers=4", "run-next=off", "injector=1"]
    {
        let one = simulate(&fan(200), &setting(1, policy));
        assert_eq!(one.makespan, 1000 + 200 * 1_000_000 + 201 * 10, "{policy}");
        let four = simulate(&fan(200), &setting(4, policy));
        let ratio = one.makespan as f64 / four.makespan as f64;
        assert!((3.8..=4.0).contains(&ratio), "{policy}: {ratio}");
        assert!(four.stolen > 0 && four.wakes >= 3 && four.left == 0, "{policy}: {four:?}");
    }
}

#[test]
fn threads_are_started_once() {
    // Two nodes of a millisecond, long after one another, each with half a millisecond of its maker's time beside it.
    let tasks = vec![
        task(10_000_000, None, &[]),
        task(1_000_000, Some((0, 8_000_000)), &[]),
        task(1_000_000, Some((0, 9_900_000)), &[]),
    ];
    let costs = Costs { start: 500_000, starting: 300_000, wake: 50_000, waking: 20_000, ..COSTS };
    let makespan = simulate(&graph(tasks), &Setting { costs, ..setting(2, "") }).makespan;
    // The first wake is for the first node itself; the last node begins a wake after it was made.
    let last = 300_000 + 9_900_000 + 20_000 + 50_000 + 1_000_000;
    assert!(makespan.abs_diff(last) < 1000, "{makespan} {last}");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let (a, b) = (simulate(&fan(100), &setting(8, "")), simulate(&fan(100), &setting(8, "")));
    assert_eq!(a, b);
}

#[test]
fn child_processes_share_the_cores_and_wait_for_tokens() {
    let mut tasks = vec![task(0, None, &[])];
    tasks.extend((0..4).map(|_| Task { child: Some(1_000_000), ..task(10, Some((0, 0)), &[]) }));
    let time = |workers, cores, policy: &str| {
        simulate(&graph(tasks.clone()), &Setting { cores, ..setting(workers, policy) }).makespan as f64 / 1e6
    };
    assert!((4.0..4.1).contains(&time(1, 1, "")), "one after the other");
    assert!((1.0..1.1).contains(&time(1, 4, "children=4")), "all at once");
    assert!((4.0..4.1).contains(&time(4, 1, "")), "at once on one core");
}

#[test]
fn work_takes_longer_in_company() {
    let company = Company { added: vec![0.25], seen: 2, is_growing: false };
    let shared = |n| Graph { company: company.clone(), ..fan(n) };
    assert_eq!(simulate(&shared(8), &setting(1, "")), simulate(&fan(8), &setting(1, "")));
    let time = |graph: &Graph, workers| simulate(graph, &setting(workers, "")).makespan as f64 / 1e6;
    assert!((5.0..5.1).contains(&time(&shared(8), 2)), "{}", time(&shared(8), 2));
    let four = time(&shared(200), 4) / time(&fan(200), 4);
    assert!((1.23..1.26).contains(&four), "held beyond what was seen: {four}");
    // The last of three runs alone: 1.25 ms in company, then 1 ms.
    assert!((2.2..2.35).contains(&time(&shared(3), 2)), "{}", time(&shared(3), 2));
    let mut tasks = vec![task(0, None, &[])];
    tasks.extend((0..4).map(|_| Task { child: Some(1_000_000), ..task(10, Some((0, 0)), &[]) }));
    let children = Graph { company, ..graph(tasks) };
    assert!((2.5..2.7).contains(&time(&children, 2)), "{}", time(&children, 2));
}

#[test]
fn events_end_when_they_are_completed() {
    let event = Task { is_event: true, done: Some((0, 600)), ..task(0, Some((0, 100)), &[]) };
    let all = graph(vec![task(1000, None, &[]), event, task(50, Some((0, 200)), &[1])]);
    let result = simulate(&all, &setting(1, ""));
    assert_eq!((result.makespan, result.left), (1000 + 50 + 20, 0));
}

#[test]
fn phases_are_barriers() {
    let mut tasks = vec![task(10, None, &[])];
    for n in 0..4 {
        tasks.push(Task { kind: 1, ..task(if n == 0 { 900_000 } else { 100_000 }, Some((0, 5)), &[]) });
    }
    tasks.extend((1..5).map(|n| Task { kind: 2, ..task(300_000, Some((0, 5)), &[n]) }));
    let all = graph(tasks);
    let free = simulate(&all, &setting(2, ""));
    let phased = simulate(&all, &Setting { phases: all.phases(), ..setting(2, "") });
    assert_eq!((free.left, phased.left), (0, 0));
    assert!(phased.makespan >= 900_000 + 600_000 && free.makespan < 1_400_000, "{phased:?} {free:?}");
}

#[test]
fn questions_change_the_graph() {
    let trace = super::tests::small();
    let real = Summary::new(&trace).graph;
    let changed = |change: Change| {
        let mut graph = real.clone();
        assert_eq!(graph.change(&trace, &change), 1, "{change:?}");
        (graph.work(), graph.span())
    };
    assert_eq!((real.work(), real.span()), (228, 138));
    assert_eq!(changed(Change::Zero("d".into())), (140, 80));
    assert_eq!(changed(Change::Split("b".into(), 7)), (228, 138));
    let mut halves = real.clone();
    assert_eq!(halves.change(&trace, &Change::Scale("y".into(), 0.5)), 2);
    assert_eq!((halves.work(), halves.span()), (40 + 35 + 15 + 10 + 78, 20 + 15 + 78 + 10));
    let simulated = simulate(&halves, &setting(2, ""));
    assert_eq!(simulated.left, 0);
}

#[test]
fn recorded_runs_are_run_again() {
    for workers in [1, 2, 3] {
        let summary = Summary::new(&super::tests::recorded(workers));
        for n in [1, 2, 8] {
            let phased = Setting { phases: summary.graph.phases(), ..setting(n, "") };
            assert_eq!(simulate(&summary.graph, &phased).left, 0);
            let result = simulate(&summary.graph, &setting(n, ""));
            assert_eq!(result.left, 0);
            assert!(result.makespan >= summary.span, "{result:?}");
        }
    }
}

/// A chain hides in the middle of a queue, of which thieves take one end and the owner the other: plain order comes to it
/// last, and takes half as long again. Where no node has a weight, priorities change nothing.
#[test]
fn priorities_pay_where_a_long_chain_hides() {
    let (n_singles, n_links) = (100, 100);
    let mut tasks = vec![task(1000, None, &[])];
    tasks.extend((0..=n_singles).map(|_| task(1_000_000, Some((0, 500)), &[])));
    let first_link = 1 + n_singles / 2;
    let mut last = first_link;
    for _ in 1..n_links {
        tasks.push(task(1_000_000, Some((last, 500_000)), &[last]));
        last = tasks.len() as u32 - 1;
    }
    let plain = graph(tasks);
    let mut weighed = plain.clone();
    for (link, weight) in std::iter::once(first_link)
        .chain(n_singles + 2..=last)
        .zip((1..=15).rev().chain(std::iter::repeat(1)))
    {
        weighed.tasks[link as usize].weight = weight;
    }
    let makespan = |graph: &Graph, policy| simulate(graph, &setting(2, policy)).makespan as f64;
    let ratio = makespan(&weighed, "priorities=off") / makespan(&weighed, "priorities=on");
    assert!(ratio > 1.2, "{ratio}");
    let unweighed = makespan(&plain, "priorities=on") / makespan(&plain, "priorities=off");
    assert!((unweighed - 1.0).abs() < 0.01, "{unweighed}");
}

/// A chain of `n` jobs of 20 us, each of which makes the next one at its end, and as many single ones after its first.
fn chain_and_singles(n: u32) -> Graph {
    let link = |at: u32| Task { is_next: true, ..task(20_000, Some((at - 1, 20_000)), &[]) };
    let mut tasks = vec![task(20_000, None, &[])];
    tasks.extend((1..n).map(link));
    tasks.extend((0..n).map(|_| task(20_000, None, &[])));
    graph(tasks)
}

#[test]
fn what_is_made_to_run_next_does_so_unless_the_policy_forbids() {
    let graph = chain_and_singles(100);
    let makespan = |policy: &str| simulate(&graph, &setting(2, policy)).makespan;
    // Oldest first: a link that queues comes after all single jobs.
    assert!(makespan("order=fifo,run-next=off") > makespan("order=fifo") * 5 / 4);
}

#[test]
fn who_wakes_another_worker_at_the_end_of_a_job_begins_the_next_one_later() {
    // Each link that queues wakes the other worker, which soon gives up.
    let chain = graph(chain_and_singles(100).tasks[..100].to_vec());
    let makespan = |waking: u64| {
        let mut setting = setting(2, "run-next=off,spins=0");
        (setting.costs.wake, setting.costs.waking) = (1_000, waking);
        simulate(&chain, &setting).makespan
    };
    let (costly, free) = (makespan(5_000), makespan(0));
    assert!(costly > free + 100_000, "{costly} {free}");
}
