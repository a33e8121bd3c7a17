//! A set of MsgSeqNum(34) as few ranges: exact while there are few, and from then on with the smallest gaps closed.
//! Never leaves a number out that was put in. Pure.

use std::fmt;
use std::ops::RangeInclusive;

/// Ranges kept at most.
const RANGES_MAX: usize = 16;

/// Ranges, ascending, none touching the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Runs {
    ranges: Vec<(u64, u64)>,
}

impl Runs {
    /// Puts in a number above all that are in.
    pub(super) fn push(&mut self, number: u64) {
        self.push_range(number, number);
    }

    /// Puts in ranges that all lie above those that are in.
    pub(super) fn append(&mut self, later: &Self) {
        for (begin, end) in &later.ranges {
            self.push_range(*begin, *end);
        }
    }

    /// From the first to the last number that lies within `numbers`; `None` when none does.
    pub(super) fn hull(&self, numbers: &RangeInclusive<u64>) -> Option<RangeInclusive<u64>> {
        let mut within = self
            .ranges
            .iter()
            .map(|(begin, end)| (*begin.max(numbers.start()), *end.min(numbers.end())))
            .filter(|(begin, end)| begin <= end);
        let (begin, first_end) = within.next()?;
        let end = within.next_back().map_or(first_end, |(_, end)| end);
        Some(begin..=end)
    }

    /// What [`fmt::Display`] wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut runs = Self::default();
        if text == "none" {
            return Some(runs);
        }
        for range in text.split(' ') {
            let (begin, end) = range.split_once('-')?;
            runs.ranges.push((begin.parse().ok()?, end.parse().ok()?));
        }
        let ordered = runs.ranges.iter().all(|(begin, end)| begin <= end)
            && runs.ranges.is_sorted_by(|before, after| before.1 < after.0);
        ordered.then_some(runs)
    }

    fn push_range(&mut self, begin: u64, end: u64) {
        match self.ranges.last_mut() {
            Some((_, last)) if *last + 1 >= begin => *last = end.max(*last),
            _ => self.ranges.push((begin, end)),
        }
        if self.ranges.len() > RANGES_MAX {
            self.close_smallest_gap();
        }
    }

    fn close_smallest_gap(&mut self) {
        let gaps = self.ranges.windows(2).map(|pair| pair[1].0 - pair[0].1);
        let smallest = gaps.enumerate().min_by_key(|(_, gap)| *gap);
        if let Some((before, _)) = smallest {
            let (_, end) = self.ranges.remove(before + 1);
            self.ranges[before].1 = end;
        }
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ranges.is_empty() {
            return f.write_str("none");
        }
        for (place, (begin, end)) in self.ranges.iter().enumerate() {
            let before = if place == 0 { "" } else { " " };
            write!(f, "{before}{begin}-{end}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{RANGES_MAX, Runs};

    fn of(numbers: impl IntoIterator<Item = u64>) -> Runs {
        let mut runs = Runs::default();
        numbers.into_iter().for_each(|number| runs.push(number));
        runs
    }

    #[test]
    fn written_as_text_and_read_back() {
        for (numbers, text) in [
            (vec![], "none"),
            (vec![1, 2, 3], "1-3"),
            (vec![1, 2, 9, 1_025, 1_026], "1-2 9-9 1025-1026"),
        ] {
            let runs = of(numbers);
            assert_eq!(runs.to_string(), text);
            assert_eq!(Runs::parse(text), Some(runs));
        }
        for text in ["", "1", "3-1", "5-6 1-2", "1-2 2-3", "1-x", "1-2  4-5"] {
            assert_eq!(Runs::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_range_is_cut_to_what_lies_within() {
        let runs = of((1..=4).chain(8..=9).chain([20]));
        for (asked, hull) in [
            (1..=30, Some(1..=20)),
            (3..=8, Some(3..=8)),
            (5..=7, None),
            (6..=30, Some(8..=20)),
            (10..=19, None),
            (21..=30, None),
            (9..=19, Some(9..=9)),
        ] {
            assert_eq!(runs.hull(&asked), hull, "{asked:?}");
        }
    }

    proptest! {
        #[test]
        fn no_number_is_left_out_and_memory_is_bounded(
            numbers in prop::collection::btree_set(1_u64..2_000, 0..200),
            split in 0_usize..200,
        ) {
            let (first, second): (Vec<u64>, Vec<u64>) = {
                let all: Vec<u64> = numbers.iter().copied().collect();
                let split = split.min(all.len());
                (all[..split].to_vec(), all[split..].to_vec())
            };
            let mut runs = of(first);
            runs.append(&of(second));
            prop_assert!(runs.ranges.len() <= RANGES_MAX);
            for number in &numbers {
                prop_assert_eq!(runs.hull(&(*number..=*number)), Some(*number..=*number));
            }
            let exact: BTreeSet<u64> = runs.ranges.iter().flat_map(|(begin, end)| *begin..=*end).collect();
            prop_assert!(exact.is_superset(&numbers));
            prop_assert_eq!(exact.first(), numbers.first());
            prop_assert_eq!(exact.last(), numbers.last());
        }
    }
}
