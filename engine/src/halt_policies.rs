//! Lays down what halts of instruments do, from the next one on. What the configuration says and what an operator says instead are
//! both kept, as for risk limits: an operator's word holds until it is released, whatever the configuration says meanwhile.

use alloc::boxed::Box;

use crate::command::{HaltPolicy, Origin};
use crate::event::{EventBody, HaltPolicyChange};
use crate::machine::Engine;
use crate::refusal::IgnoreReason;
use crate::registry::SetUp;
use crate::text::Symbol;
use crate::view::HaltPolicies;

impl Engine {
    /// Lays down what a halt of an instrument does: the configuration as the venue, or an operator instead of it.
    pub(crate) fn set_halt_policy(
        &mut self,
        origin: Origin,
        symbol: Symbol,
        policy: HaltPolicy,
    ) -> SetUp {
        let by_operator = match origin {
            Origin::Venue => false,
            Origin::Operator { .. } => true,
            Origin::Settlement | Origin::Session { .. } => return Err(IgnoreReason::NotPermitted),
        };
        let instrument = self.listed(&symbol)?;
        let trading = self.trading_mut(instrument);
        if by_operator {
            if trading.by_operator.replace(policy) == Some(policy) {
                return Err(IgnoreReason::AlreadySo);
            }
        } else if core::mem::replace(&mut trading.configured, policy) == policy {
            return Err(IgnoreReason::AlreadySo);
        }
        Ok(self.halt_policy_changed(origin, instrument))
    }

    /// Takes back what an operator has laid down: what the configuration says holds again.
    pub(crate) fn release_halt_policy(&mut self, origin: Origin, symbol: Symbol) -> SetUp {
        if !matches!(origin, Origin::Operator { .. }) {
            return Err(IgnoreReason::NotPermitted);
        }
        let instrument = self.listed(&symbol)?;
        let released = self.trading_mut(instrument).by_operator.take();
        released.ok_or(IgnoreReason::AlreadySo)?;
        Ok(self.halt_policy_changed(origin, instrument))
    }

    fn halt_policy_changed(&self, origin: Origin, instrument: u32) -> EventBody {
        let listing = &self.registry.instruments[instrument];
        EventBody::HaltPolicySet(Box::new(HaltPolicyChange {
            symbol: listing.terms.symbol,
            origin,
            configured: listing.trading.configured,
            operator: listing.trading.by_operator,
        }))
    }

    /// What halts of all instruments do, in the order of listing.
    pub fn halt_policies(&self) -> impl Iterator<Item = HaltPolicies> + '_ {
        let listings = self.registry.instruments.iter();
        listings.map(|(_, listing)| HaltPolicies {
            symbol: listing.terms.symbol,
            configured: listing.trading.configured,
            operator: listing.trading.by_operator,
        })
    }
}
