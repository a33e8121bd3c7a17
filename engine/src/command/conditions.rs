//! What an order may ask for beyond its price, quantity and time. Only data.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::money::Quantity;
use crate::text::SelfMatchGroup;

/// What an order asks for beyond price, quantity and time. The default asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Conditions {
    /// What happens when it would trade with an order of its own, where it is the one that takes; absent: what
    /// its firm has laid down. SelfMatchPreventionInstruction(2964), FIX Latest.
    pub self_match_instruction: Option<SelfMatchInstruction>,
    /// Orders of one firm with the same group are each other's own, whatever their accounts.
    /// SelfMatchPreventionID(2362), FIX Latest.
    pub self_match_group: Option<SelfMatchGroup>,
    /// It takes nothing: it is refused where it would trade at once. ExecInst(18)=6.
    pub post_only: bool,
    /// When it comes it is filled with at least so much, or cancelled; what is left then goes on as any order.
    /// MinQty(110).
    pub minimum_quantity: Option<Quantity>,
    /// How much of it is shown at a time when it rests. When that is filled, as much again is shown, behind all
    /// other orders at its price. MaxFloor(111).
    pub displayed_quantity: Option<Quantity>,
}

impl Conditions {
    /// The conditions as an order carries them: most orders ask for nothing, and carry nothing.
    #[must_use]
    pub fn carried(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
}

/// What is done instead of a trade of two orders that are each other's own.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum SelfMatchInstruction {
    /// What is open of the order that came is cancelled; the resting one stays.
    #[default]
    CancelTaker,
    /// The resting order is cancelled; the order that came goes on.
    CancelMaker,
    /// Both are cancelled.
    CancelBoth,
    /// What is open of the smaller one is taken off both: the smaller one is cancelled, and the larger one lives
    /// on with that much less; two of one size are both cancelled.
    DecrementAndCancel,
}

/// Which orders of a firm are each other's own, whatever groups they name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum SelfMatchScope {
    /// Those of one account.
    #[default]
    Account,
    /// All of the firm.
    Firm,
}

/// What holds for the orders of a firm that say nothing themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SelfMatchPolicy {
    /// Which of its orders are each other's own.
    pub scope: SelfMatchScope,
    /// What is done when they would trade.
    pub instruction: SelfMatchInstruction,
}
