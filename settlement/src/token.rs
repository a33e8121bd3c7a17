//! Idempotency tokens. The same step of the same reassignment always carries the same token, before
//! and after a crash, so that a provider recognises a repeat.

use engine::SlotName;

use crate::state::Action;

/// The token of one call.
///
/// `round` grows only when the provider said *and* the slot showed that the call had no effect; then
/// a repeat is a new call and must not be answered from the provider's memory of the old one. Where
/// the outcome is unknown the token stays.
#[must_use]
pub(crate) fn token(
    reassignment: &str,
    slot: &SlotName,
    generation: u64,
    action: Action,
    round: u32,
) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("cloudpit settlement idempotency token v1");
    for part in [reassignment, slot.as_str(), action.name()] {
        // Length first: ("ab", "c") and ("a", "bc") must not meet.
        hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.update(&generation.to_le_bytes());
    hasher.update(&round.to_le_bytes());
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_same_for_the_same_call_and_no_other() {
        let slot = SlotName::new("slot-1").unwrap();
        let other = SlotName::new("slot-2").unwrap();
        let base = token("7-0-0", &slot, 3, Action::Terminate, 0);
        assert_eq!(base, token("7-0-0", &slot, 3, Action::Terminate, 0));
        // Amazon EC2 takes at most 64 characters.
        assert_eq!(base.len(), 64);
        let others = [
            token("7-0-1", &slot, 3, Action::Terminate, 0),
            token("7-0-0", &other, 3, Action::Terminate, 0),
            token("7-0-0", &slot, 4, Action::Terminate, 0),
            token("7-0-0", &slot, 3, Action::Place, 0),
            token("7-0-0", &slot, 3, Action::Terminate, 1),
        ];
        for (index, one) in others.iter().enumerate() {
            assert_ne!(&base, one);
            assert!(!others[index + 1..].contains(one));
        }
    }
}
