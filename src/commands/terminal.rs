//! The terminal that a person sits at: how wide it is, and that something is at work.

use std::io::{IsTerminal, Write as _};
use std::os::fd::AsFd;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::termios::tcgetwinsize;

/// The columns of a stream, if it is a terminal and knows them. One that does not is as
/// wide as `COLUMNS` says.
pub(super) fn width(stream: &(impl AsFd + IsTerminal)) -> Option<usize> {
    if !stream.is_terminal() {
        return None;
    }
    let told = tcgetwinsize(stream).map(|size| usize::from(size.ws_col)).ok();
    let named = || std::env::var("COLUMNS").ok()?.parse().ok();
    told.filter(|columns| *columns > 0).or_else(named)
}

/// Does work, and says what is done once that takes longer than a second, until it is done.
pub(super) fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    const SECOND: Duration = Duration::from_secs(1);

    let (done, is_done) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut shown = String::new();
            for seconds in 1_u32.. {
                if is_done.recv_timeout(SECOND) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
                shown = format!("{what} … {seconds} s");
                // Where it cannot be said the work is no worse for it.
                let _ = write!(std::io::stderr(), "\r{shown}");
            }
            if !shown.is_empty() {
                let _ = write!(std::io::stderr(), "\r{:1$}\r", "", shown.chars().count());
            }
        });
        let result = work();
        drop(done);
        result
    })
}
