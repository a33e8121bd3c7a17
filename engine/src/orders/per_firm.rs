//! How many of something each firm has. Only numbers.

use alloc::vec::Vec;

/// Counts by the place of the firm in the registry.
#[derive(Debug, Clone, Default)]
pub(super) struct PerFirm(Vec<u64>);

impl PerFirm {
    /// How many a firm has.
    pub(super) fn of(&self, firm: u32) -> u64 {
        let at = usize::try_from(firm).ok();
        at.and_then(|at| self.0.get(at)).copied().unwrap_or(0)
    }

    /// It has one more.
    #[inline]
    pub(super) fn add(&mut self, firm: u32) {
        let at = usize::try_from(firm).expect("a place fits a pointer");
        if self.0.len() <= at {
            self.0.resize(at.saturating_add(1), 0);
        }
        let more = self.0[at].checked_add(1);
        self.0[at] = more.expect("fewer than there is memory for");
    }

    /// It has one less.
    #[inline]
    pub(super) fn take(&mut self, firm: u32) {
        let at = usize::try_from(firm).expect("a place fits a pointer");
        let less = self.0[at].checked_sub(1);
        self.0[at] = less.expect("no more go than came");
    }

    /// How many all of them have.
    pub(super) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Puts a number in the place of what was counted.
    #[cfg(test)]
    pub(super) fn set(&mut self, firm: u32, count: u64) {
        self.add(firm);
        self.0[usize::try_from(firm).expect("a place fits a pointer")] = count;
    }
}
