use super::*;
use sigil_scheduler::trace::Summary;

/// A job makes so many others of a millisecond; with two workers, these take a fifth longer, and so they do on paper.
fn record(workers: u64) -> Trace {
    let (n, time) = (40, if workers == 1 { 1_000_000 } else { 1_200_000 });
    let mut text = format!(
        "{{\"trace\":{{\"version\":1,\"workers\":{workers},\"cores\":2,\"children\":1,\"policy\":\"\",\"clock\":\"\",\
         \"wall\":{},\"kinds\":[\"plan\",\"work\"]}}}}\n",
        1000 + n * time / workers
    );
    for _ in 0..workers {
        text += "{\"worker\":{\"searches\":[],\"parks\":[],\"steals\":[],\"wakes\":[]}}\n";
    }
    text += "{\"node\":{\"l\":\"start\",\"t\":0,\"rdy\":0,\"r\":[0,0,1000]}}\n";
    for at in 0..n {
        let start = 1000 + at / workers * time;
        text += &format!(
            "{{\"node\":{{\"l\":\"work {at}\",\"k\":1,\"by\":0,\"t\":900,\"rdy\":1000,\"r\":[{},{start},{}]}}}}\n",
            at % workers,
            start + time
        );
    }
    Trace::from_text(&text).expect("a trace")
}

fn question(cores: &[usize], policies: &[&str]) -> Question {
    let policy = |text: &&str| (text.to_string(), text.parse().expect("a policy"));
    Question {
        cores: cores.to_vec(),
        policies: policies.iter().map(policy).collect(),
        changes: Vec::new(),
        is_phased: false,
        seeds: 3,
    }
}

fn known(trace: &Trace) -> Known {
    Known::of(trace, &Summary::new(trace))
}

#[test]
fn simulations_are_tables() {
    let trace = record(1);
    let mut question = question(&[1, 2, 8], &["", "steal=one"]);
    question.changes.push(Change::Zero("work 7".into()));
    let answer = answer(&trace, &known(&trace), &question).expect("an answer");
    assert_eq!((answer.changed[0], answer.work, answer.rows[1].lower_bound), (1, 39_001_000, 19_500_500));
    assert!(answer.rows.iter().all(|row| row.makespan >= row.lower_bound && row.at_worst.is_none()));
    assert_eq!(answer.csv().lines().count(), 1 + 2 * 3);
    let value: serde_json::Value = serde_json::from_str(&answer.json()).expect("JSON");
    assert_eq!((&value["rows"][0]["cores"], &value["against"][0]["name"]), (&1.into(), &"steal=one".into()));
    let text = answer.text();
    assert!(
        text.contains("company: nothing is known of it") && text.contains("policy with steal=one"),
        "{text}"
    );
}

#[test]
fn records_tell_what_company_costs() {
    let (one, two) = (record(1), record(2));
    let ratio = |known: &Known| {
        let answer = answer(&one, known, &question(&[2, 8], &[""])).expect("an answer");
        assert!(
            answer.rows[1].at_worst.is_none_or(|worst| worst > answer.rows[1].makespan * 9 / 5),
            "{answer:?}"
        );
        answer.rows[0].makespan as f64 / two.head.wall as f64
    };
    let plain = ratio(&known(&one));
    assert!((0.8..0.9).contains(&plain), "{plain}");
    let fitted = known(&one).with_records(&one, vec![two.clone()]).expect("a fit");
    assert!((0.99..1.03).contains(&ratio(&fitted)), "{}", ratio(&fitted));
    let text = against_records(&one, &fitted, std::slice::from_ref(&two), &question(&[1], &[""]));
    assert!(text.contains("work +20.0%") && text.contains(" 1.200\n"), "{text}");
    assert!(known(&one).with_records(&one, vec![record(1)]).is_err());
}

#[test]
fn what_was_calibrated_is_read_back() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("machine.json");
    let machine = Machine::measure(&[record(1), record(2)]).expect("figures");
    std::fs::write(&file, machine.to_json()).expect("a file");
    let back = Machine::read(&file).expect("a machine");
    assert_eq!(back.to_json(), machine.to_json());
    assert!(back.text().contains("work        +20.0%"), "{}", back.text());
    let trace = record(1);
    let known = known(&trace).with_machine(&trace, &Summary::new(&trace), &back);
    assert_eq!((known.costs.wake, known.company.seen), (machine.measured.costs.wake, 2));
    std::fs::write(&file, machine.to_json().replace("\"version\": 1", "\"version\": 2")).expect("a file");
    assert!(Machine::read(&file).is_err_and(|sentence| sentence.contains("version 2")));
}

#[test]
fn what_helps_most_comes_first() {
    let mut trace = record(1);
    // One of them is half of all the work, and begins last.
    trace.head.policy = "order=fifo".to_owned();
    let last = trace.nodes.len() - 1;
    let run = trace.nodes[last].run.as_mut().expect("it ran");
    run.end += 40_000_000;
    trace.head.wall += 40_000_000;
    trace.head.workers = 2;
    trace.workers.push(Default::default());
    let helps = helps(&trace, &Summary::new(&trace), 10);
    let what: Vec<&str> = helps.iter().map(|help| help.what.as_str()).collect();
    assert_eq!(what[0], "the stage work taking no time", "{what:?}");
    assert!(what.contains(&"no time: work 39") && what.contains(&"cut into 8: work 39"), "{what:?}");
    let saved = |what: &str| helps.iter().find(|help| help.what == what).map_or(0, |help| help.saved);
    // 39 ms are shared by two, and 41 follow; cut, these are shared, too.
    assert!((39_000_000..42_000_000).contains(&saved("no time: work 39")), "{helps:?}");
    assert!((18_000_000..21_000_000).contains(&saved("cut into 8: work 39")), "{helps:?}");
    assert!(helps.windows(2).all(|pair| pair[0].saved >= pair[1].saved));
}

#[test]
fn pictures_have_a_line_a_policy() {
    let trace = record(1);
    let fitted = known(&trace).with_records(&trace, vec![record(2)]).expect("a fit");
    let mut answer = answer(&trace, &fitted, &question(&[4, 1, 2], &["", "order=fifo"])).expect("an answer");
    answer.against[0].name = "<&>".to_owned();
    let picture = svg(&answer);
    // Two policies, each once more at worst, and the ideal.
    assert_eq!(picture.matches("<polyline").count(), 5, "{picture}");
    assert_eq!(picture.matches("<circle").count(), 2 * 3 + 2);
    assert!(picture.contains("&lt;&amp;>") && picture.contains("prefers-color-scheme:dark"));
}
