//! The cash ledger: double entry, append only, whole micro-units. Delivery versus payment: the price
//! is set aside at the trade and paid only together with the delivery.
//!
//! This file is the arithmetic, without a database: which transfers a step makes, and what a list of
//! transfers adds up to. The store books the same transfers and keeps the running balances.

use std::{collections::BTreeMap, fmt};

use engine::{AccountName, CurrencyCode};

/// Who holds cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Account {
    /// A participant's free cash. Never below zero.
    Cash(AccountName),
    /// A participant's cash set aside for trades that are not settled. Never below zero.
    Reserved(AccountName),
    /// Cash between buyer and seller; zero outside of a transaction.
    Escrow,
    /// The venue's fees.
    Fees,
    /// Cash whose owner is to be found out.
    Suspense,
    /// What the venue pays from where a delivery cannot be had. Never below zero.
    DefaultFund,
    /// The world outside, from which opening cash comes: the only account that goes below zero.
    External,
}

impl Account {
    /// The account with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "venue:escrow" => return Some(Self::Escrow),
            "venue:fees" => return Some(Self::Fees),
            "venue:suspense" => return Some(Self::Suspense),
            "venue:default_fund" => return Some(Self::DefaultFund),
            "external" => return Some(Self::External),
            _ => {}
        }
        let (kind, account) = name.split_once(':')?;
        let account = AccountName::new(account).ok()?;
        match kind {
            "cash" => Some(Self::Cash(account)),
            "reserved" => Some(Self::Reserved(account)),
            _ => None,
        }
    }

    /// Whose it is, if it is a participant's.
    #[must_use]
    pub const fn owner(&self) -> Option<AccountName> {
        match self {
            Self::Cash(owner) | Self::Reserved(owner) => Some(*owner),
            Self::Escrow | Self::Fees | Self::Suspense | Self::DefaultFund | Self::External => None,
        }
    }

    /// It may owe.
    #[must_use]
    pub const fn may_be_negative(&self) -> bool {
        matches!(self, Self::External)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cash(account) => write!(formatter, "cash:{account}"),
            Self::Reserved(account) => write!(formatter, "reserved:{account}"),
            Self::Escrow => formatter.write_str("venue:escrow"),
            Self::Fees => formatter.write_str("venue:fees"),
            Self::Suspense => formatter.write_str("venue:suspense"),
            Self::DefaultFund => formatter.write_str("venue:default_fund"),
            Self::External => formatter.write_str("external"),
        }
    }
}

/// What a transfer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Cash that a participant starts with.
    Opening,
    /// Set aside at the trade: free cash to reserved cash of the buyer.
    Reserve,
    /// Taken at the delivery: the buyer's reserved cash to escrow.
    Post,
    /// Paid at the delivery: escrow to the seller's free cash.
    Payout,
    /// Given back when the trade is undone, or settled in cash: reserved cash to free cash of the buyer.
    Void,
    /// Paid where a trade is settled in cash, for an instance that was taken from its seller: default fund to the seller.
    Penalty,
    /// Paid where a trade is settled in cash, for what a like instance costs more: default fund to the buyer.
    BuyinDiff,
    /// Paid in by the venue or a provider: from outside to the default fund.
    Funding,
}

impl Kind {
    /// The word by which the kind is stored and hashed into ids.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opening => "OPENING",
            Self::Reserve => "RESERVE",
            Self::Post => "POST",
            Self::Payout => "PAYOUT",
            Self::Void => "VOID",
            Self::Penalty => "PENALTY",
            Self::BuyinDiff => "BUYIN_DIFF",
            Self::Funding => "FUNDING",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Opening,
            Self::Reserve,
            Self::Post,
            Self::Payout,
            Self::Void,
            Self::Penalty,
            Self::BuyinDiff,
            Self::Funding,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// Cash in micro-units of a currency, more than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    /// An amount, if it is more than zero and fits the ledger (9.2 million million units).
    #[must_use]
    pub fn new(micros: i128) -> Option<Self> {
        i64::try_from(micros)
            .ok()
            .filter(|micros| *micros > 0)
            .map(Self)
    }

    /// The amount in micro-units.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
}

/// One movement of cash: takes from one account, gives to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// What it is for.
    pub kind: Kind,
    /// What it belongs to: a reassignment, or for opening cash the account and currency.
    pub subject: String,
    /// The account that gives.
    pub debit: Account,
    /// The account that takes.
    pub credit: Account,
    /// In which currency.
    pub currency: CurrencyCode,
    /// How much.
    pub amount: Amount,
}

impl Transfer {
    /// The transfer's id. One subject has at most one transfer of each kind, so that booking it twice
    /// is impossible, not merely avoided.
    #[must_use]
    pub fn id(&self) -> String {
        let mut hasher = blake3::Hasher::new_derive_key("cloudpit ledger transfer v1");
        for part in [self.kind.name(), &self.subject] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// The cash side of one reassignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// The reassignment.
    pub reassignment: String,
    /// Who pays.
    pub buyer: AccountName,
    /// Who is paid.
    pub seller: AccountName,
    /// In which currency.
    pub currency: CurrencyCode,
    /// How much.
    pub amount: Amount,
}

impl Price {
    /// Sets the price aside.
    #[must_use]
    pub fn reserve(&self) -> Transfer {
        self.transfer(
            Kind::Reserve,
            Account::Cash(self.buyer),
            Account::Reserved(self.buyer),
        )
    }

    /// Gives it back.
    #[must_use]
    pub fn void(&self) -> Transfer {
        self.transfer(
            Kind::Void,
            Account::Reserved(self.buyer),
            Account::Cash(self.buyer),
        )
    }

    /// Pays it to the seller.
    #[must_use]
    pub fn post(&self) -> [Transfer; 2] {
        [
            self.transfer(Kind::Post, Account::Reserved(self.buyer), Account::Escrow),
            self.transfer(Kind::Payout, Account::Escrow, Account::Cash(self.seller)),
        ]
    }

    /// Settles it in cash: the buyer has its own back, and what a like instance costs more; the seller has the price where
    /// its instance was taken. The default fund pays for both.
    #[must_use]
    pub fn cash_out(&self, difference: Option<Amount>, instance_taken: bool) -> Vec<Transfer> {
        let difference = difference.map(|amount| Transfer {
            amount,
            ..self.transfer(
                Kind::BuyinDiff,
                Account::DefaultFund,
                Account::Cash(self.buyer),
            )
        });
        let penalty = instance_taken.then(|| {
            self.transfer(
                Kind::Penalty,
                Account::DefaultFund,
                Account::Cash(self.seller),
            )
        });
        [Some(self.void()), penalty, difference]
            .into_iter()
            .flatten()
            .collect()
    }

    fn transfer(&self, kind: Kind, debit: Account, credit: Account) -> Transfer {
        Transfer {
            kind,
            subject: self.reassignment.clone(),
            debit,
            credit,
            currency: self.currency,
            amount: self.amount,
        }
    }
}

/// Why a transfer cannot be booked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The account would go below zero.
    #[error("{account} is short of {currency}")]
    Short {
        /// The account.
        account: String,
        /// The currency.
        currency: CurrencyCode,
    },
    /// The same transfer is booked already.
    #[error("transfer {0} is booked already")]
    Repeated(String),
    /// The balance would not fit.
    #[error("the balance of {0} would not fit")]
    Overflow(String),
}

/// What a list of transfers adds up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    balances: BTreeMap<(Account, CurrencyCode), i64>,
    booked: std::collections::BTreeSet<String>,
    /// What each subject has in reserved cash and escrow.
    pending: BTreeMap<String, i64>,
}

impl Book {
    /// Books one transfer, or changes nothing.
    ///
    /// # Errors
    /// [`LedgerError`] when it may not be booked.
    pub fn apply(&mut self, transfer: &Transfer) -> Result<(), LedgerError> {
        let id = transfer.id();
        if self.booked.contains(&id) {
            return Err(LedgerError::Repeated(id));
        }
        let debit = moved(
            self.balance(&transfer.debit, transfer.currency)
                .checked_sub(transfer.amount.0),
            &transfer.debit,
            transfer.currency,
        )?;
        let credit = moved(
            self.balance(&transfer.credit, transfer.currency)
                .checked_add(transfer.amount.0),
            &transfer.credit,
            transfer.currency,
        )?;
        let pending = self.pending.entry(transfer.subject.clone()).or_default();
        *pending = pending
            .checked_add(transfer.pending())
            .filter(|pending| *pending >= 0)
            .ok_or_else(|| LedgerError::Overflow(transfer.subject.clone()))?;
        self.balances
            .insert((transfer.debit, transfer.currency), debit);
        self.balances
            .insert((transfer.credit, transfer.currency), credit);
        self.booked.insert(id);
        Ok(())
    }

    /// What an account has, in micro-units.
    #[must_use]
    pub fn balance(&self, account: &Account, currency: CurrencyCode) -> i64 {
        self.balances
            .get(&(*account, currency))
            .copied()
            .unwrap_or(0)
    }

    /// Every balance, in the order of the accounts.
    pub fn balances(&self) -> impl Iterator<Item = (&Account, CurrencyCode, i64)> {
        self.balances
            .iter()
            .map(|((account, currency), micros)| (account, *currency, *micros))
    }

    /// What a subject still has in reserved cash and escrow, in micro-units.
    #[must_use]
    pub fn pending(&self, subject: &str) -> i64 {
        self.pending.get(subject).copied().unwrap_or(0)
    }

    /// The sum over all accounts for each currency whose debits and credits differ: none, ever.
    #[must_use]
    pub fn unbalanced(&self) -> Vec<(CurrencyCode, i128)> {
        let mut sums: BTreeMap<CurrencyCode, i128> = BTreeMap::new();
        for ((_, currency), micros) in &self.balances {
            let sum = sums.entry(*currency).or_default();
            // At most 2^64 accounts of 63 bits each: the sum fits.
            *sum = sum.saturating_add(i128::from(*micros));
        }
        sums.into_iter().filter(|(_, sum)| *sum != 0).collect()
    }
}

impl Transfer {
    /// What the transfer adds to its subject's reserved cash and escrow, in micro-units.
    pub(crate) fn pending(&self) -> i64 {
        let is_pending =
            |account: &Account| matches!(account, Account::Reserved(_) | Account::Escrow);
        match (is_pending(&self.debit), is_pending(&self.credit)) {
            (true, false) => self.amount.0.saturating_neg(),
            (false, true) => self.amount.0,
            (true, true) | (false, false) => 0,
        }
    }
}

fn moved(
    balance: Option<i64>,
    account: &Account,
    currency: CurrencyCode,
) -> Result<i64, LedgerError> {
    let balance = balance.ok_or_else(|| LedgerError::Overflow(account.to_string()))?;
    if balance < 0 && !account.may_be_negative() {
        return Err(LedgerError::Short {
            account: account.to_string(),
            currency,
        });
    }
    Ok(balance)
}

#[cfg(test)]
mod tests;
