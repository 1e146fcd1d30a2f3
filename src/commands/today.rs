//! The day of a run, which nothing that is rendered depends on.

use std::time::{SystemTime, UNIX_EPOCH};

/// Today in UTC, such as `2026-11-26`: of `SOURCE_DATE_EPOCH` where that is set,
/// else of the clock.
pub(super) fn today() -> String {
    let told = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    day(told.unwrap_or_else(clock))
}

/// The day of a moment, by its seconds since 1970. Years are counted from March,
/// so that a leap day is the last one of its year, and in eras of 400 of them.
fn day(seconds: u64) -> String {
    const ERA: u64 = 146_097;

    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / ERA, days % ERA);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_709_164_799, "2024-02-28"),
            (1_709_251_200, "2024-03-01"),
            (1_795_651_200, "2026-11-26"),
            (1_798_761_599, "2026-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(day(seconds), expected, "{seconds}");
        }
    }
}
