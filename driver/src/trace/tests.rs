use super::*;
use crate::cli::Cli;
use crate::graph::{Goal, Untested};
use crate::project::find_input;
use crate::session::{Request, compile};
use clap::Parser;
use sigil_scheduler::trace::{Summary, Trace};

/// Two workers; `a` makes `b` and `c`; `d` waits for a child process that `c` starts.
const SMALL: &str = r#"{"trace":{"version":1,"workers":2,"cores":2,"children":1,"policy":"","clock":"","wall":200000,"kinds":["read","compile"]}}
{"worker":{"searches":[[115000,200000]],"parks":[[120000,180000]],"woken_by":[1],"steals":[],"wakes":[22000]}}
{"worker":{"searches":[[30000,60000],[90000,200000]],"parks":[[95000,170000]],"steals":[[55000,60000,0,1]],"wakes":[]}}
{"node":{"l":"a","t":0,"rdy":0,"r":[0,5000,45000]}}
{"node":{"l":"b \"x\"","by":0,"t":15000,"rdy":15000,"r":[0,45000,115000]}}
{"node":{"l":"c","k":1,"by":0,"t":25000,"rdy":25000,"r":[1,60000,90000]}}
{"node":{"l":"d","k":1,"held":true,"by":2,"t":90000,"child":[92000,170000],"rdy":170000,"r":[1,180000,190000]}}
"#;

fn small() -> (Trace, Summary) {
    let trace = Trace::from_text(SMALL).expect("a trace");
    let summary = Summary::new(&trace);
    (trace, summary)
}

#[test]
fn perfetto_gets_integer_tracks_and_slices() {
    let (trace, summary) = small();
    let value: serde_json::Value = serde_json::from_str(&perfetto(&trace, &summary)).expect("JSON");
    let events = value["traceEvents"].as_array().expect("events");
    let of = |phase: &'static str| events.iter().filter(move |event| event["ph"] == phase);
    // Four nodes, a child process, two sleeps, a steal.
    assert_eq!(of("X").count(), 8);
    assert!(of("X").all(|event| event["tid"].is_u64() && event["pid"].is_u64() && event["dur"].is_f64()));
    assert!(of("X").any(|event| event["name"] == "d" && event["tid"] == 10_000));
    assert_eq!(of("s").count(), 2);
    assert!(of("f").all(|event| event["id"].is_u64()));
    let woken: Vec<_> = of("X").filter(|event| event["name"] == "asleep").map(|it| &it["args"]).collect();
    let by = serde_json::json!([{"woken by worker": 1}, {"woken by worker": null}]);
    assert_eq!(serde_json::json!(woken), by);
    let names: Vec<_> = of("M").filter_map(|event| event["args"]["name"].as_str()).collect();
    assert_eq!(names, ["sigilc", "worker 0", "worker 1", "child process 0"]);
}

#[test]
fn csv_has_a_line_a_node() {
    let (trace, summary) = small();
    let text = csv(&trace, &summary);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[2], "1,read,\"b \"\"x\"\"\",0,0,0,15000,15000,45000,115000,,,0,");
    assert_eq!(lines[4], "3,compile,\"d\",0,2,1,90000,170000,180000,190000,92000,170000,88000,");
}

#[test]
fn dot_shows_the_critical_path() {
    let (trace, summary) = small();
    let text = dot(&trace, &summary);
    assert!(text.contains("n3 [label=\"d\\n10.0 \u{b5}s\", color=red];"), "{text}");
    assert!(text.contains("n1 [label=\"b \\\"x\\\"\\n70.0 \u{b5}s\"];"), "{text}");
    assert!(text.contains("n2 -> n3 [style=dotted];"), "{text}");
}

#[test]
fn json_adds_up() {
    let (trace, summary) = small();
    let value: serde_json::Value = serde_json::from_str(&json(&trace, &summary)).expect("JSON");
    assert_eq!((&value["version"], &value["span"]), (&1.into(), &138_000.into()));
    for worker in value["workers"].as_array().expect("workers") {
        let times = worker.as_object().expect("times").values();
        assert_eq!(times.filter_map(serde_json::Value::as_u64).sum::<u64>(), 200_000);
    }
}

#[test]
fn the_summary_says_what_binds() {
    let (trace, summary) = small();
    let text = text(&trace, &summary);
    let line =
        |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(
        line("lower bound"),
        "lower bound          0.14 ms  max(T1/2, T\u{221e}); this run is 44.9% above it"
    );
    assert_eq!(line("what binds"), "what binds     span, the critical path; 86% of it is the C compiler");
    assert_eq!(line("sum ="), "sum = workers \u{d7} wall              0.400  100.0%      0.200      0.200");
}

/// Compiles a program with a recording.
fn recorded(args: &[&str]) -> Trace {
    let dir = tempfile::tempdir().expect("a directory");
    let (source, file) = (dir.path().join("main.si"), dir.path().join("run.trace"));
    let text = "@half (n: int) -> int = n / 2\n\n@main () -> void = print(str(half(8)))\n";
    std::fs::write(&source, text).expect("a source");
    let mut options = Cli::parse_from([&["sigilc", "check", "main.si"], args].concat()).options;
    options.trace = Some(file.clone());
    let input = find_input(&source, false).expect("a file");
    let output_dir = Some(dir.path().to_owned());
    let request = Request { input, goal: Goal::Emit, tests: false, untested: Untested::Ignore, output_dir };
    let found = compile(request, &options, |done| {
        done.findings.iter().map(|f| f.message.clone()).collect::<Vec<_>>()
    });
    assert!(found.is_empty(), "{found:?}");
    Trace::read(&file).expect("a trace")
}

#[test]
fn nodes_of_a_compilation_have_names_and_stages() {
    for args in [&["-j", "1"][..], &["-j", "2"], &["--schedule", "phased"]] {
        let trace = recorded(args);
        let find = |what: &str, end: &str| {
            let mut nodes = 0..trace.nodes.len() as u32;
            let is_it = |&node: &u32| trace.label(node).starts_with(what) && trace.label(node).ends_with(end);
            nodes.find(is_it).unwrap_or_else(|| panic!("no {what} …{end}"))
        };
        assert_eq!(trace.kind_name(find("read ", "main.si")), "read");
        assert_eq!(trace.kind_name(find("check half (", "main.si:1)")), "check");
        assert_eq!(trace.kind_name(find("emit half (", "main.si:1)")), "emit");
        assert_eq!(trace.kind_name(find("write program", "")), "unit");
        let summary = Summary::new(&trace);
        assert!(summary.times.iter().all(|times| times.total() == trace.head.wall));
    }
}

#[test]
fn the_page_is_whole_and_escaped() {
    let (mut trace, _) = small();
    trace.nodes[1].label = "</script><b>".to_owned();
    let page = html(&trace, &Summary::new(&trace));
    assert!(!page.contains("</script><b>") && page.contains("<\\/script><b>"));
    assert!(page.contains("&lt;&#x2f;script&gt;&lt;b&gt;"), "tables are escaped");
    assert!(!page.contains("http://") && !page.contains("https://"), "it needs no network");
    assert_eq!(page.matches("<tr class=\"jump\"").count(), 3 + 4);
}

/// What the page says of itself in a browser, by name; none if there is no chromium.
fn in_browser(page: &str, hash: &str) -> Option<impl Fn(&str) -> String> {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("page.html");
    std::fs::write(&file, page).expect("a page");
    let profile = format!("--user-data-dir={}", dir.path().join("profile").display());
    let output = std::process::Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
            "--virtual-time-budget=2000",
            &profile,
        ])
        .arg(format!("file://{}#{hash}", file.display()))
        .output()
        .ok()?;
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(move |name: &str| {
        let at = dom.split_once(&format!("data-{name}=\"")).unwrap_or_else(|| panic!("no {name} in {dom}"));
        at.1.split('"').next().unwrap_or_default().to_owned()
    })
}

#[test]
fn the_page_draws_zooms_and_filters_in_a_browser() {
    let (trace, summary) = small();
    let page = html(&trace, &summary);
    // Four nodes and a child process.
    let Some(all) = in_browser(&page, "") else { return };
    assert_eq!([all("ready"), all("shown"), all("from"), all("to")], ["yes", "5", "0", "200000"]);
    let zoomed = in_browser(&page, "from=50000&to=100000").expect("chromium");
    // `b`, `c`, and the child process.
    assert_eq!([zoomed("shown"), zoomed("from"), zoomed("to")], ["3", "50000", "100000"]);
    let filtered = in_browser(&page, "filter=compile").expect("chromium");
    assert_eq!([filtered("shown"), filtered("exact")], ["3", "5"]);
}

#[test]
fn the_page_says_under_the_pointer_why_a_node_waited_and_who_woke_a_worker() {
    let (trace, summary) = small();
    // A pointer at some times of the two workers.
    let hover = r#"<script>
        const tips = [[1, 75000], [0, 100000], [0, 150000]].map(([row, t]) => {
            const box = lanes.getBoundingClientRect();
            const clientX = box.left + LEFT + (t - view[0]) / (view[1] - view[0]) * (box.width - LEFT);
            const clientY = box.top + 20 + (row + 0.5) * (rowHeight + GAP);
            lanes.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY }));
            return tip.textContent;
        });
        document.body.dataset.tips = tips.join("|").replaceAll("\n", "; ");
    </script></body>"#;
    let page = html(&trace, &summary).replace("</body>", hover);
    let Some(said) = in_browser(&page, "") else { return };
    let tips = said("tips");
    let tips: Vec<&str> = tips.split('|').collect();
    assert!(tips[0].contains("ready by being made by a, then waited 35.0 \u{b5}s for a worker"), "{tips:?}");
    assert!(tips[0].contains("one was free for 30.0 \u{b5}s of it"), "{tips:?}");
    assert!(
        tips[1].contains("waited 30.0 \u{b5}s for a worker; one was free for 15.0 \u{b5}s of it"),
        "{tips:?}"
    );
    assert_eq!(tips[2], "asleep for 60.0 \u{b5}s, until worker 1 woke it");
}

#[test]
fn a_record_without_names_keeps_everything_else() {
    for args in [&["-j", "1", "--lex-chunk", "10"][..], &["-j", "2", "--node-size", "check=2,emit=2"]] {
        let trace = recorded(args);
        let mut without = anonymous(&trace);
        let text = without.to_text();
        let is_named = |node: &sigil_scheduler::trace::Node| node.label.contains("half");
        assert!(trace.nodes.iter().any(is_named) && !without.nodes.iter().any(is_named));
        assert!(!text.contains("main.si"), "{text}");
        for (node, old) in without.nodes.iter_mut().zip(&trace.nodes) {
            assert_eq!(node.label.is_empty(), old.label.is_empty(), "is not understood: {}", old.label);
            node.label.clone_from(&old.label);
        }
        assert!(without == trace);
        assert_eq!(Trace::from_text(&text).map(|read| read.nodes.len()), Ok(trace.nodes.len()));
    }
}

#[test]
fn knobs_are_set_on_top_of_a_recorded_policy() {
    let policy = policy("priorities=on,steal=one", &["", "steal=half"]).expect("a policy");
    assert!(policy.priorities && policy.steal == sigil_scheduler::StealAmount::Half);
    assert_eq!(super::policy("knob-of-old=7", &["spins=3"]).expect("a policy").spins, 3);
    assert!(super::policy("", &["spins=x"]).is_err());
}
