//! The patience with the user's templates: one may have a loop that does not end,
//! fill the memory, or put a value into itself, and nothing can stop it.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::render::{Bug, Engine, Planned, RenderedFile};

/// The time that the user's templates may take in a run, whatever they are rendered
/// for: ours take the thirtieth part of it for all files of the largest cluster.
const MOST_TIME: Duration = Duration::from_secs(20);

/// The memory that they may take besides.
const MOST_MEMORY: u64 = 512 << 20;

/// The time before another look at both: text that doubles fills less than a
/// tenth of that memory meanwhile.
const PAUSE: Duration = Duration::from_millis(5);

/// The stack of a template. A value that holds itself again and again is freed from
/// the outside in, and has taken all of that memory before it needs more.
const STACK: usize = 1 << 30;

/// The patience of this run.
pub(in crate::render) static PATIENCE: Patience = Patience::new(MOST_TIME);

/// What is left to the user's templates.
#[derive(Debug)]
pub(in crate::render) struct Patience {
    limit: Duration,
    /// The milliseconds that they took.
    spent: AtomicU64,
    /// The memory before the first of them.
    before: OnceLock<u64>,
}

/// What a template makes of each of its files.
type Results = Vec<Result<RenderedFile, Bug>>;

impl Patience {
    pub(in crate::render) const fn new(limit: Duration) -> Self {
        Self { limit, spent: AtomicU64::new(0), before: OnceLock::new() }
    }

    /// Whether nothing of it is left.
    pub(in crate::render) fn is_over(&self) -> bool {
        Duration::from_millis(self.spent.load(Relaxed)) > self.limit
    }

    /// Renders the files of one template by a thread of its own. One that takes too
    /// much is left alone, to end with the program.
    pub(in crate::render) fn render(
        &self,
        engine: &Arc<Engine>,
        plan: Vec<Planned>,
        source: &str,
    ) -> Result<Results, String> {
        let (done, results) = mpsc::channel();
        let (engine, source) = (Arc::clone(engine), source.to_owned());
        let render = move || {
            let each = plan.into_iter().map(|planned| engine.render_file(planned, &source));
            // Nobody may be waiting any longer.
            let _ = done.send(each.collect());
        };
        let thread = thread::Builder::new().stack_size(STACK);
        let start = Instant::now();
        self.before.get_or_init(memory);
        if !self.is_over() {
            thread.spawn(render).map_err(|error| format!("nothing can render it: {error}"))?;
        }
        let results = self.watch(&results, start);
        let taken = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.spent.fetch_add(taken, Relaxed);
        results
    }

    /// Waits for results, and says why they are not waited for any longer.
    fn watch(&self, results: &mpsc::Receiver<Results>, start: Instant) -> Result<Results, String> {
        let before = self.before.get().copied().unwrap_or_default();
        loop {
            match results.recv_timeout(PAUSE) {
                Ok(done) => return Ok(done),
                Err(RecvTimeoutError::Disconnected) if !self.is_over() => {
                    return Err("it stopped before it was done".to_owned());
                }
                Err(_) => {}
            }
            let spent = Duration::from_millis(self.spent.load(Relaxed));
            if spent + start.elapsed() > self.limit {
                let seconds = self.limit.as_secs_f32();
                let whose = if spent.is_zero() { "" } else { ", with what was rendered before" };
                return Err(format!(
                    "it takes longer than {seconds} s{whose}, as an endless loop does"
                ));
            }
            if memory().saturating_sub(before) > MOST_MEMORY {
                self.spent.store(u64::MAX >> 1, Relaxed);
                let most = MOST_MEMORY >> 20;
                return Err(format!(
                    "it takes more than {most} MiB of memory, as text does that is put together \
                     with itself in a loop"
                ));
            }
        }
    }
}

/// The memory of this process in bytes; where the system does not tell, none.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|size| size.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() << 10
}

/// The only line of a template that makes a variable of itself, where there is one.
pub(in crate::render) fn grows(text: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let lines = text.lines().zip(1..).filter(|(line, _)| {
        line.split("{%").skip(1).any(|tag| {
            let tag = tag.trim_start_matches(['-', ' ']);
            let set = tag.strip_prefix("set_global ").or_else(|| tag.strip_prefix("set "));
            let Some((name, value)) = set.and_then(|set| set.split_once('=')) else { return false };
            value.split(|c| !is_word(c)).any(|word| word == name.trim())
        })
    });
    let mut numbers = lines.map(|(_, number)| number);
    numbers.next().filter(|_| numbers.next().is_none())
}
