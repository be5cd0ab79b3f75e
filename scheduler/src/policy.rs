//! The knobs, and their text form.

use std::fmt;
use std::str::FromStr;

/// How the pool decides what is left open. The `peers` program of `benches/` compares policies:
/// `--policy TEXT`.
///
/// Reads from and prints to text: `order=lifo,run-next=on,steal=half,…`; what a text leaves out keeps its default. For
/// short, `lifo` and `fifo` are orders, and a knob that is on or off is on where it stands alone: `fifo,priorities`.
///
/// ```
/// use sigil_scheduler::{Policy, Victim};
/// let policy: Policy = "victim=near,spins=10".parse()?;
/// assert_eq!(policy.victim, Victim::Near);
/// assert_eq!(policy.to_string().parse::<Policy>()?, policy);
/// assert!("spins=many".parse::<Policy>().is_err());
/// # Ok::<(), sigil_scheduler::PolicyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// `order`: which of its own nodes a worker runs first. Default `lifo`: warm caches and few unfinished nodes.
    pub order: Order,
    /// `run-next`: whether one of the nodes that a finished one makes ready runs next, past all queues: the heaviest, or the
    /// one that was made first. Default on.
    pub run_next: bool,
    /// `steal`: how many nodes a thief takes at once. Default `half`.
    pub steal: StealAmount,
    /// `victim`: from whom a thief steals first. Default `random`.
    pub victim: Victim,
    /// `injector`: every how many nodes a worker looks first at what came from outside. Default 61.
    pub injector: u32,
    /// `spins`: how many rounds a searcher looks around before it sleeps, about half a microsecond each. Default 64.
    pub spins: u32,
    /// `searchers`: how many workers may search at once; 0 for one, and for four where there are more workers than cores:
    /// there a searcher may have to wait for a core itself, while nobody is woken for an idle one. Default 0
    /// (`peers --workers 16 --only graph --policy searchers=1`: useful work is 0.74 with one, 0.85 with four).
    pub searchers: u32,
    /// `priorities`: whether nodes whose [`Job::weight`](crate::Job::weight) is above nought go before all others.
    /// Default off: worth nothing on few cores.
    pub priorities: bool,
    /// `pin`: which cores workers are tied to, never the thread that runs the pool, and without a list only where there
    /// are not more workers than cores. Refused by the system, workers run unpinned and the report warns. Default `off`.
    pub pin: Pin,
    /// `panic`: what happens after a job has panicked. Default `poison`.
    pub panic: OnPanic,
    /// `children`: how many child processes may run at once; 0 for as many as there are workers. Default 0.
    pub children: u32,
    /// `jobserver`: whether child processes share the tokens of GNU make, if it started us with some. Default on.
    pub jobserver: bool,
    /// `chaos`: a random schedule from a seed, to find bugs: `off`, `serial:SEED`, `threads:SEED`. Default off.
    pub chaos: Chaos,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            order: Order::Lifo,
            run_next: true,
            steal: StealAmount::Half,
            victim: Victim::Random,
            injector: 61,
            spins: 64,
            searchers: 0,
            priorities: false,
            pin: Pin::Off,
            panic: OnPanic::Poison,
            children: 0,
            jobserver: true,
            chaos: Chaos::Off,
        }
    }
}

/// A knob with named positions.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            const TEXTS: &[(&str, $name)] = &[$(($text, $name::$variant),)*];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($name::$variant => $text,)* })
            }
        }
    };
}

choices! {
    /// In which order a worker runs the nodes of its own queue.
    Order {
        /// Newest first.
        Lifo = "lifo",
        /// Oldest first.
        Fifo = "fifo",
    }
}

choices! {
    /// How much a thief takes.
    StealAmount {
        /// One node.
        One = "one",
        /// Half of what is there, 32 at most.
        Half = "half",
    }
}

choices! {
    /// From whom a thief steals.
    Victim {
        /// From a random worker on, round the circle.
        Random = "random",
        /// From the one after the last victim on.
        RoundRobin = "round-robin",
        /// From the last one that had something on.
        Last = "last",
        /// By distance of the numbers; pinned workers have near cores then.
        Near = "near",
    }
}

/// Which cores workers are tied to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pin {
    /// None: `off`.
    Off,
    /// Worker n to core n: `compact`.
    Compact,
    /// As far apart as possible: `spread`.
    Spread,
    /// To these, whatever there is: `cores:4+5+6`.
    Cores(CoreList),
}

/// Numbers of cores, at most [`CoreList::MOST`]: worker 1 is tied to the first, worker 2 to the second, and again from
/// the first when they are used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CoreList {
    cores: [u16; CoreList::MOST],
    n_cores: usize,
}

impl CoreList {
    /// How many numbers there can be.
    pub const MOST: usize = 64;
    /// What the system calls about cores have room for.
    const MAX_CORE: u16 = 1023;

    /// The core of a worker, which is not the one that runs the pool.
    pub(crate) fn of(&self, worker: usize) -> usize {
        self.cores[(worker - 1) % self.n_cores].into()
    }
}

impl FromStr for CoreList {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let wrong = || {
            let (most, max) = (CoreList::MOST, CoreList::MAX_CORE);
            PolicyError(format!(
                "`pin` needs 1 to {most} numbers of cores up to {max}, as in `cores:2+3`, not `{text}`"
            ))
        };
        let mut list = CoreList { cores: [0; CoreList::MOST], n_cores: 0 };
        for core in text.split('+') {
            let core = core.parse().ok().filter(|&core| core <= CoreList::MAX_CORE).ok_or_else(wrong)?;
            *list.cores.get_mut(list.n_cores).ok_or_else(wrong)? = core;
            list.n_cores += 1;
        }
        Ok(list)
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pin::Off => f.write_str("off"),
            Pin::Compact => f.write_str("compact"),
            Pin::Spread => f.write_str("spread"),
            Pin::Cores(list) => {
                f.write_str("cores:")?;
                for (at, core) in list.cores[..list.n_cores].iter().enumerate() {
                    write!(f, "{}{core}", if at > 0 { "+" } else { "" })?;
                }
                Ok(())
            }
        }
    }
}

choices! {
    /// What follows when a job panics.
    OnPanic {
        /// What depends on it is skipped, the rest runs.
        Poison = "poison",
        /// The run is cancelled.
        Cancel = "cancel",
        /// What depends on it runs all the same.
        Ignore = "ignore",
    }
}

/// A random schedule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chaos {
    /// None.
    Off,
    /// One worker runs ready nodes in random order: the seed reproduces it exactly.
    Serial(u64),
    /// All workers pause at random where threads meet.
    Threads(u64),
}

impl fmt::Display for Chaos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Chaos::Off => f.write_str("off"),
            Chaos::Serial(seed) => write!(f, "serial:{seed}"),
            Chaos::Threads(seed) => write!(f, "threads:{seed}"),
        }
    }
}

/// What is wrong with a policy's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyError(String);

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PolicyError {}

const KNOBS: &str = "order, run-next, steal, victim, injector, spins, searchers, priorities, pin, panic, children, \
                     jobserver, chaos";

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let mut policy = Policy::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((knob, value)) => policy.set(knob.trim(), value.trim())?,
                None => policy.set_word(part)?,
            }
        }
        Ok(policy)
    }
}

impl Policy {
    /// Sets a knob by a word alone.
    fn set_word(&mut self, word: &str) -> Result<(), PolicyError> {
        match word {
            "lifo" | "fifo" => self.set("order", word),
            "run-next" | "priorities" | "jobserver" => self.set(word, "on"),
            _ => Err(PolicyError(format!("`{word}` is not of the form `knob=value`"))),
        }
    }

    fn set(&mut self, knob: &str, value: &str) -> Result<(), PolicyError> {
        match knob {
            "order" => self.order = choice(knob, value, Order::TEXTS)?,
            "run-next" => self.run_next = switch(knob, value)?,
            "steal" => self.steal = choice(knob, value, StealAmount::TEXTS)?,
            "victim" => self.victim = choice(knob, value, Victim::TEXTS)?,
            "injector" => self.injector = number(knob, value, 1)?,
            "spins" => self.spins = number(knob, value, 0)?,
            "searchers" => self.searchers = number(knob, value, 0)?,
            "priorities" => self.priorities = switch(knob, value)?,
            "pin" => self.pin = pin(value)?,
            "panic" => self.panic = choice(knob, value, OnPanic::TEXTS)?,
            "children" => self.children = number(knob, value, 0)?,
            "jobserver" => self.jobserver = switch(knob, value)?,
            "chaos" => self.chaos = chaos(value)?,
            _ => return Err(PolicyError(format!("there is no knob `{knob}`; there are {KNOBS}"))),
        }
        Ok(())
    }
}

fn choice<T: Copy>(knob: &str, value: &str, texts: &[(&str, T)]) -> Result<T, PolicyError> {
    texts.iter().find(|(text, _)| *text == value).map(|&(_, choice)| choice).ok_or_else(|| {
        let names: Vec<_> = texts.iter().map(|(text, _)| *text).collect();
        PolicyError(format!("`{knob}` cannot be `{value}`, only {}", names.join(" or ")))
    })
}

fn switch(knob: &str, value: &str) -> Result<bool, PolicyError> {
    choice(knob, value, &[("on", true), ("off", false)])
}

fn number(knob: &str, value: &str, least: u32) -> Result<u32, PolicyError> {
    match value.parse() {
        Ok(number) if number >= least => Ok(number),
        _ => Err(PolicyError(format!("`{knob}` needs a number from {least} up, not `{value}`"))),
    }
}

fn pin(value: &str) -> Result<Pin, PolicyError> {
    Ok(match value {
        "off" => Pin::Off,
        "compact" => Pin::Compact,
        "spread" => Pin::Spread,
        _ => match value.strip_prefix("cores:") {
            Some(list) => Pin::Cores(list.parse()?),
            None => {
                let text = format!("`pin` cannot be `{value}`, only off, compact, spread or cores:N+N+…");
                return Err(PolicyError(text));
            }
        },
    })
}

fn chaos(value: &str) -> Result<Chaos, PolicyError> {
    let wrong = || PolicyError(format!("`chaos` cannot be `{value}`, only off, serial:SEED or threads:SEED"));
    if value == "off" {
        return Ok(Chaos::Off);
    }
    let (kind, seed) = value.split_once(':').ok_or_else(wrong)?;
    let seed = seed.parse().map_err(|_| wrong())?;
    match kind {
        "serial" => Ok(Chaos::Serial(seed)),
        "threads" => Ok(Chaos::Threads(seed)),
        _ => Err(wrong()),
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let switch = |on| if on { "on" } else { "off" };
        write!(
            f,
            "order={},run-next={},steal={},victim={},injector={},spins={},searchers={},priorities={},pin={},panic={},\
             children={},jobserver={},chaos={}",
            self.order,
            switch(self.run_next),
            self.steal,
            self.victim,
            self.injector,
            self.spins,
            self.searchers,
            switch(self.priorities),
            self.pin,
            self.panic,
            self.children,
            switch(self.jobserver),
            self.chaos
        )
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        text.parse::<Policy>().unwrap_err().to_string()
    }

    #[test]
    fn every_knob_is_read_and_printed() {
        let text = "order=fifo,run-next=off,steal=one,victim=last,injector=7,spins=0,searchers=2,priorities=on,\
                    pin=compact,panic=cancel,children=3,jobserver=off,chaos=serial:42";
        assert_eq!(text.parse::<Policy>().unwrap().to_string(), text);
        let default = Policy::default();
        assert_eq!(default.to_string().parse(), Ok(default));
        assert_eq!("".parse(), Ok(default));
        assert_eq!("lifo,run-next,steal=half,victim=random".parse(), Ok(default));
        assert_eq!("fifo, priorities".parse(), "order=fifo,priorities=on".parse::<Policy>());
        assert_eq!("pin=cores:4+5".parse::<Policy>().unwrap().pin.to_string(), "cores:4+5");
    }

    #[test]
    fn errors_say_what_is_possible() {
        assert_eq!(error("order=up"), "`order` cannot be `up`, only lifo or fifo");
        assert_eq!(error("pin=up"), "`pin` cannot be `up`, only off, compact, spread or cores:N+N+…");
        let numbers = "`pin` needs 1 to 64 numbers of cores up to 1023, as in `cores:2+3`, not `1+1024`";
        assert_eq!(error("pin=cores:1+1024"), numbers);
        assert_eq!(error("half"), "`half` is not of the form `knob=value`");
        assert_eq!(error("injector=0"), "`injector` needs a number from 1 up, not `0`");
        assert_eq!(error("chaos=7"), "`chaos` cannot be `7`, only off, serial:SEED or threads:SEED");
        assert!(error("colour=red").starts_with("there is no knob `colour`; there are order, "));
    }
}
