//! The notice about reports that are no longer kept: which numbers it names.

use std::ops::RangeInclusive;

use fix_codec::tags;

use crate::member::Seen;

/// The MsgSeqNums(34) that a message says are no longer kept, if it is a News(B) that says so.
///
/// # Panics
/// When it is another News.
#[must_use]
pub fn no_longer_kept(seen: &Seen) -> Option<RangeInclusive<u64>> {
    if !seen.is(tags::MSG_TYPE, "B") {
        return None;
    }
    let range = seen.must(tags::HEADLINE).strip_prefix("Messages ");
    let range = range.and_then(|rest| rest.strip_suffix(" are no longer kept"));
    let (begin, end) = range
        .and_then(|range| range.split_once(" to "))
        .unwrap_or_else(|| panic!("no notice about what is no longer kept: {seen:?}"));
    let number = |text: &str| text.parse().expect("a notice names numbers");
    Some(number(begin)..=number(end))
}
