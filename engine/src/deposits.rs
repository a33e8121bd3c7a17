//! Instances come into the register and leave it. The order of the checks is the order of the
//! refusals.

use crate::command::Origin;
use crate::event::EventBody;
use crate::inventory::{Slot, SlotPlace};
use crate::machine::{Engine, is_session};
use crate::output::Output;
use crate::refusal::{DepositRefusal, IgnoreReason, WithdrawalRefusal};
use crate::text::{AccountName, InstanceName, SlotName, Symbol};
use crate::view::HoldingState;

/// What a deposit says: the slot, the instance in it, who is entitled to it, and what it is.
type Deposit = (SlotName, InstanceName, AccountName, Symbol);

impl Engine {
    pub(crate) fn deposit(
        &mut self,
        origin: Origin,
        deposit: Deposit,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        let (slot, instance, account, symbol) = deposit;
        match self.check_deposit(origin, deposit) {
            Ok(entry) if self.is_in_register(&entry) => return Err(IgnoreReason::AlreadySo),
            Ok(entry) => {
                let firm = self.registry.accounts[entry.account].firm;
                let provider = self.registry.providers[entry.provider];
                let firm = self.registry.firms[firm].name;
                self.inventory.enter(entry);
                out.push(EventBody::InstanceDeposited {
                    slot,
                    instance,
                    account,
                    firm,
                    symbol,
                    provider,
                });
            }
            Err(reason) => {
                out.push(EventBody::DepositRefused {
                    slot,
                    instance,
                    account,
                    symbol,
                    reason,
                });
            }
        }
        Ok(())
    }

    /// What would be entered into the register; it may be there already, exactly so.
    fn check_deposit(&self, origin: Origin, deposit: Deposit) -> Result<Slot, DepositRefusal> {
        let (name, instance, account, symbol) = deposit;
        if is_session(&origin) {
            return Err(DepositRefusal::NotPermitted);
        }
        let instrument = self.registry.instruments.find(&symbol);
        let instrument = instrument.ok_or(DepositRefusal::UnknownInstrument)?;
        let provider = self.registry.instruments[instrument].provider;
        let provider = provider.ok_or(DepositRefusal::TestInstrument)?;
        let account = self.registry.accounts.find(&account);
        let account = account.ok_or(DepositRefusal::UnknownAccount)?;
        if self.registry.accounts[account].provider != Some(provider) {
            return Err(DepositRefusal::AccountNotAtProvider);
        }
        let state = Some(HoldingState::Free);
        let entry = Slot {
            provider,
            name,
            instance,
            account,
            instrument,
            state,
            retired: false,
        };
        if self.is_in_register(&entry) {
            return Ok(entry);
        }
        let known = self
            .inventory
            .find_slot(provider, name)
            .map(|place| self.inventory.slot(place));
        if known.is_some_and(|slot| slot.state.is_some()) {
            return Err(DepositRefusal::SlotTaken);
        }
        if self.inventory.find_instance(provider, instance).is_some() {
            return Err(DepositRefusal::InstanceTaken);
        }
        if known.is_some_and(|slot| slot.retired && slot.instance == instance) {
            return Err(DepositRefusal::InstanceEnded);
        }
        Ok(entry)
    }

    /// Whether a slot is in the register with the same instance, account and instrument, whatever
    /// holds it.
    fn is_in_register(&self, entry: &Slot) -> bool {
        let place = self.inventory.find_slot(entry.provider, entry.name);
        place
            .map(|place| self.inventory.slot(place))
            .is_some_and(|slot| {
                let same = (slot.instance, slot.account, slot.instrument)
                    == (entry.instance, entry.account, entry.instrument);
                same && slot.state.is_some()
            })
    }

    pub(crate) fn withdraw(
        &mut self,
        origin: Origin,
        slot: SlotName,
        account: AccountName,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        match self.check_withdrawal(origin, slot, account) {
            Ok(place) => {
                let left = self.inventory.slot(place).clone();
                if left.state.is_none() {
                    return Err(IgnoreReason::AlreadySo);
                }
                self.inventory.leave(place);
                let firm = self.registry.accounts[left.account].firm;
                out.push(EventBody::InstanceWithdrawn {
                    slot,
                    instance: left.instance,
                    account,
                    firm: self.registry.firms[firm].name,
                    symbol: self.registry.instruments[left.instrument].terms.symbol,
                    provider: self.registry.providers[left.provider],
                });
            }
            Err(reason) => out.push(EventBody::WithdrawalRefused {
                slot,
                account,
                reason,
            }),
        }
        Ok(())
    }

    /// A slot that may leave the register, or that the account withdrew before.
    fn check_withdrawal(
        &self,
        origin: Origin,
        slot: SlotName,
        account: AccountName,
    ) -> Result<SlotPlace, WithdrawalRefusal> {
        if is_session(&origin) {
            return Err(WithdrawalRefusal::NotPermitted);
        }
        let account = self.registry.accounts.find(&account);
        let account = account.ok_or(WithdrawalRefusal::UnknownAccount)?;
        let provider = self.registry.accounts[account].provider;
        let place = provider.and_then(|provider| self.inventory.find_slot(provider, slot));
        let place = place.ok_or(WithdrawalRefusal::UnknownSlot)?;
        let known = self.inventory.slot(place);
        let entitled = known.account == account;
        match known.state {
            None if entitled && !known.retired => Ok(place),
            None => Err(WithdrawalRefusal::UnknownSlot),
            Some(_) if !entitled => Err(WithdrawalRefusal::NotOfAccount),
            Some(HoldingState::Free) => Ok(place),
            Some(HoldingState::HeldByOrder(_)) => Err(WithdrawalRefusal::HeldByOrder),
            Some(HoldingState::InReassignment(_)) => Err(WithdrawalRefusal::HeldByTrade),
            Some(HoldingState::Parked(_)) if matches!(origin, Origin::Operator { .. }) => Ok(place),
            Some(HoldingState::Parked(_)) => Err(WithdrawalRefusal::Parked),
        }
    }
}
