//! One reassignment as it is kept, and what a step adds to it.

use engine::{
    AccountName, CurrencyCode, ImageName, InstanceName, ProviderName, ReassignmentId, SlotName,
    Symbol, Timestamp,
};

use crate::{
    ledger::{Amount, Price},
    machine::{Act, Decision, Facts, Ruling, Then},
    options::Limits,
    state::{Action, State},
    token::token,
};

/// What the trade said. Only its price changes, when it is corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) id: ReassignmentId,
    pub(crate) symbol: Symbol,
    pub(crate) provider: ProviderName,
    pub(crate) slot: SlotName,
    pub(crate) old_instance: InstanceName,
    pub(crate) image: Option<ImageName>,
    pub(crate) retire: bool,
    pub(crate) buyer: AccountName,
    pub(crate) seller: AccountName,
    pub(crate) currency: CurrencyCode,
    pub(crate) price: Amount,
    pub(crate) executed_at: Timestamp,
}

/// What was learnt at the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Learnt {
    /// The slot's generation when it was last looked at.
    pub(crate) generation: Option<u64>,
    pub(crate) image_digest: Option<String>,
    pub(crate) new_instance: Option<InstanceName>,
    pub(crate) old_process: Option<u32>,
    pub(crate) new_process: Option<u32>,
    pub(crate) address: Option<String>,
}

/// What the market has said since the trade.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) ruling: Option<Ruling>,
    /// A price that was corrected and is not taken over yet.
    pub(crate) correction: Option<Amount>,
    /// Who did it, and why; empty when nobody did.
    pub(crate) words: String,
}

/// One reassignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) terms: Terms,
    pub(crate) state: State,
    pub(crate) entered_at: Timestamp,
    /// Calls of this step that count.
    pub(crate) attempts: u32,
    /// Failures in a row, for the length of the next wait.
    pub(crate) failures: u32,
    /// Grows when a call certainly had no effect and is made anew.
    pub(crate) round: u32,
    /// The task of this step's latest call.
    pub(crate) task: Option<String>,
    pub(crate) learnt: Learnt,
    pub(crate) fence_held: bool,
    pub(crate) lease_epoch: u64,
    pub(crate) said: Said,
    /// How often the price was corrected.
    pub(crate) corrections: u32,
    /// Where it stood when it was parked.
    pub(crate) parked: Option<Parked>,
    /// The market was told that it failed when it was parked.
    pub(crate) told_failed: bool,
}

/// Where a reassignment stood when it was parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parked {
    pub(crate) from: State,
    /// How long it had been in that state; its time does not run while it is parked.
    pub(crate) age_nanos: u64,
}

impl Record {
    /// A trade that was just taken.
    pub(crate) fn received(terms: Terms, now: Timestamp) -> Self {
        Self {
            terms,
            state: State::Received,
            entered_at: now,
            attempts: 0,
            failures: 0,
            round: 0,
            task: None,
            learnt: Learnt::default(),
            fence_held: false,
            lease_epoch: 0,
            said: Said::default(),
            corrections: 0,
            parked: None,
            told_failed: false,
        }
    }

    /// What the machine knows of it.
    pub(crate) fn facts(&self, limits: &Limits, fences: bool, now: Timestamp) -> Facts {
        let age = now.nanos().saturating_sub(self.entered_at.nanos());
        Facts {
            state: self.state,
            retire: self.terms.retire,
            image_checked: self.learnt.image_digest.is_some(),
            fences,
            replaces: false,
            fence_held: self.fence_held,
            attempts_left: self.attempts < limits.attempts_max,
            attempts_just_spent: self.attempts == limits.attempts_max,
            overdue: u128::from(age) > limits.of(self.state).as_nanos(),
            called: self.attempts > 0,
            rested: self.failures > 0,
            ruling: self.said.ruling,
            corrected: self.said.correction.is_some(),
            parked_from: self.parked.map(|parked| parked.from),
            told_failed: self.told_failed,
        }
    }

    /// The record after a decision, and the token of its call.
    pub(crate) fn after(&self, decision: &Decision, learnt: Learnt, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.learnt = learnt;
        next.fence_held = decision.fence_held;
        if decision.state != self.state {
            next.enter(decision.state, now);
        }
        if decision.reprice
            && let Some(price) = next.said.correction.take()
        {
            next.terms.price = price;
            next.corrections = next.corrections.saturating_add(1);
        }
        if let Then::Call { fresh, .. } = decision.then {
            next.attempts = next.attempts.saturating_add(1);
            next.task = None;
            if fresh {
                next.round = next.round.saturating_add(1);
            }
        }
        next
    }

    fn enter(&mut self, state: State, now: Timestamp) {
        if state.is_parked() {
            let age_nanos = now.nanos().saturating_sub(self.entered_at.nanos());
            let from = self.state;
            // What its step has done so far stays, for whoever brings it back.
            self.parked = Some(Parked { from, age_nanos });
        } else {
            self.parked = None;
            self.attempts = 0;
            self.failures = 0;
            self.round = 0;
            self.task = None;
        }
        self.state = state;
        self.entered_at = now;
    }

    /// The record after what an operator has done. `answered` says whether the outcome of the latest call is known.
    pub(crate) fn operated(
        &self,
        act: &Act,
        decision: &Decision,
        answered: bool,
        now: Timestamp,
    ) -> Self {
        let mut next = self.after(decision, self.learnt.clone(), now);
        let Some(parked) = self.parked else {
            return next;
        };
        match act {
            Act::Resume => {
                let entered_at = now.nanos().saturating_sub(parked.age_nanos);
                next.entered_at = Timestamp::from_nanos(entered_at);
                (next.attempts, next.failures) = (self.attempts, self.failures);
                (next.round, next.task) = (self.round, self.task.clone());
            }
            // A provider gives the same answer to the same token: a call that was answered is made anew.
            Act::Retry => next.round = self.round.saturating_add(u32::from(answered)),
            Act::Suspend | Act::Reverse | Act::CashOut(_) => {}
        }
        next
    }

    /// What a call asks for, in words.
    pub(crate) fn request(&self, action: Action) -> String {
        let (slot, generation) = (&self.terms.slot, self.generation());
        match (action, &self.terms.image) {
            (Action::Place | Action::Replace, Some(image)) => {
                let (verb, buyer) = (action.name(), &self.terms.buyer);
                format!("{verb} {image} for {buyer} into {slot}, generation {generation}")
            }
            _ => format!("{} {slot}, generation {generation}", action.name()),
        }
    }

    /// The generation that a call is meant for: what the slot had when it was last looked at.
    pub(crate) fn generation(&self) -> u64 {
        self.learnt.generation.unwrap_or(0)
    }

    /// The token of a call that this record makes.
    pub(crate) fn token(&self, action: Action) -> String {
        let reassignment = self.terms.id.to_string();
        token(
            &reassignment,
            &self.terms.slot,
            self.generation(),
            action,
            self.round,
        )
    }

    /// A worker has something to do here.
    pub(crate) const fn is_awake(&self) -> bool {
        match (self.state, self.said.ruling) {
            (state, _) if state.is_end() => self.fence_held,
            (_, Some(Ruling::Busted)) => true,
            (State::Asking, None) => self.said.correction.is_some(),
            (state, _) => !state.is_parked(),
        }
    }

    /// The cash side, at the price that holds now.
    pub(crate) fn price(&self) -> Price {
        Price {
            reassignment: self.cash_subject(),
            buyer: self.terms.buyer,
            seller: self.terms.seller,
            currency: self.terms.currency,
            amount: self.terms.price,
        }
    }

    /// What the ledger calls the cash of the price that holds now.
    pub(crate) fn cash_subject(&self) -> String {
        cash_subject(&self.terms.id.to_string(), self.corrections)
    }
}

/// What the ledger calls the cash of a reassignment whose price was corrected so often: each price has a subject of its
/// own, so that each has at most one transfer of each kind.
pub(crate) fn cash_subject(reassignment: &str, corrections: u32) -> String {
    match corrections {
        0 => reassignment.to_owned(),
        corrections => format!("{reassignment}~{corrections}"),
    }
}
