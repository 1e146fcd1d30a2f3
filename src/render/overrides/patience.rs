//! The patience with a template of the user's: it may have a loop that does not
//! end, or fill the memory, and nothing can stop it.

use std::fs;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// The time that a template of the user's may take: ours take the hundredth part
/// of it for all files of the largest cluster.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// The memory that a template of the user's may take besides.
const MOST_MEMORY: u64 = 512 << 20;

/// The time before another look at both: text that doubles fills less than a
/// tenth of that memory meanwhile.
const PAUSE: Duration = Duration::from_millis(5);

/// Waits for what a template makes, and says why it is not waited for any longer.
pub(super) fn watch<T>(result: &mpsc::Receiver<T>, limit: Duration) -> Result<T, String> {
    let (start, before) = (Instant::now(), memory());
    loop {
        match result.recv_timeout(PAUSE) {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Disconnected) => {
                return Err("it stopped before it was done".to_owned());
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if start.elapsed() > limit {
            let seconds = limit.as_secs_f32();
            return Err(format!("it takes longer than {seconds} s, as an endless loop does"));
        }
        if memory().saturating_sub(before) > MOST_MEMORY {
            let most = MOST_MEMORY >> 20;
            return Err(format!(
                "it takes more than {most} MiB of memory, as text does that is put together with \
                 itself in a loop"
            ));
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
pub(super) fn grows(text: &str) -> Option<usize> {
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
