//! Payments into the default fund: each is booked once, whatever becomes of the answer that said so.

use engine::{CurrencyCode, Remark, Timestamp};

use super::{
    ActError, By, Statement, Store, StoreError, Tx,
    acts::note,
    cash::{book, transfer},
};
use crate::ledger::{Account, Amount, Kind, Transfer};

/// What is paid into the default fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// In which currency.
    pub currency: CurrencyCode,
    /// How much.
    pub amount: Amount,
    /// What whoever pays calls it. Nothing is booked twice with one reference; without one, each payment is another.
    pub reference: Option<Remark>,
}

/// What became of a payment that was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booked {
    /// It was booked.
    Now,
    /// It had been booked before, with this reference, currency and amount; nothing was done.
    Before,
}

impl Store {
    /// Pays into the default fund.
    pub(crate) async fn fund(
        &self,
        payment: &Payment,
        by: &By,
        now: Timestamp,
    ) -> Result<Booked, ActError> {
        let mut tx = self.begin().await?;
        let fund = Account::DefaultFund.to_string();
        let amount = super::money(payment.amount.micros());
        let mut detail = format!("{amount} {}", payment.currency);
        let named = payment.reference.map(|reference| {
            detail = format!("{detail}, reference {reference}");
            format!("{fund} reference {reference}")
        });
        let transfer = |subject| Transfer {
            kind: Kind::Funding,
            subject,
            debit: Account::External,
            credit: Account::DefaultFund,
            currency: payment.currency,
            amount: payment.amount,
        };
        if let (Some(reference), Some(subject)) = (payment.reference, &named) {
            let wanted = transfer(subject.clone());
            match booked(&mut tx, &wanted.id()).await? {
                Some(known) if known == wanted => return Ok(Booked::Before),
                Some(Transfer {
                    amount, currency, ..
                }) => {
                    return Err(ActError::ReferenceTaken {
                        reference,
                        amount: super::money(amount.micros()),
                        currency,
                    });
                }
                None => {}
            }
        }
        let number = note(&mut tx, &fund, "fund", &detail, by, now).await?;
        // Without a reference each payment is a subject of its own: the ledger takes each kind once for each.
        let subject = named.unwrap_or_else(|| format!("{fund} {number}"));
        book(&mut tx, &transfer(subject), now).await?;
        tx.commit().await?;
        Ok(Booked::Now)
    }
}

async fn booked(tx: &mut Tx<'_>, id: &str) -> Result<Option<Transfer>, StoreError> {
    sqlx::query("SELECT * FROM transfers WHERE id = $1")
        .bind(id)
        .maybe_row(tx)
        .await?
        .as_ref()
        .map(transfer)
        .transpose()
}
