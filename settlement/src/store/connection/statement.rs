//! Statements within a transaction, each with the limit of time that the database has.

use std::time::Duration;

use sqlx::{
    Any,
    any::{AnyArguments, AnyQueryResult, AnyRow},
    query::Query,
};
use tokio::time::{error::Elapsed, timeout};

use super::Tx;
use crate::store::StoreError;

/// A statement that a transaction makes.
pub(in crate::store) trait Statement {
    /// Makes it; gives the number of rows that it changed.
    fn run(self, tx: &mut Tx<'_>) -> impl Future<Output = Result<u64, StoreError>> + Send;
    /// The one row that it gives.
    fn row(self, tx: &mut Tx<'_>) -> impl Future<Output = Result<AnyRow, StoreError>> + Send;
    /// The first row that it gives, if there is one.
    fn maybe_row(
        self,
        tx: &mut Tx<'_>,
    ) -> impl Future<Output = Result<Option<AnyRow>, StoreError>> + Send;
    /// All rows that it gives.
    fn rows(self, tx: &mut Tx<'_>) -> impl Future<Output = Result<Vec<AnyRow>, StoreError>> + Send;
}

impl Statement for Query<'_, Any, AnyArguments> {
    async fn run(self, tx: &mut Tx<'_>) -> Result<u64, StoreError> {
        let answer = within(tx.answer_max, self.execute(tx.connection()?)).await;
        tx.judge(answer)
            .map(|done: AnyQueryResult| done.rows_affected())
    }

    async fn row(self, tx: &mut Tx<'_>) -> Result<AnyRow, StoreError> {
        let answer = within(tx.answer_max, self.fetch_one(tx.connection()?)).await;
        tx.judge(answer)
    }

    async fn maybe_row(self, tx: &mut Tx<'_>) -> Result<Option<AnyRow>, StoreError> {
        let answer = within(tx.answer_max, self.fetch_optional(tx.connection()?)).await;
        tx.judge(answer)
    }

    async fn rows(self, tx: &mut Tx<'_>) -> Result<Vec<AnyRow>, StoreError> {
        let answer = within(tx.answer_max, self.fetch_all(tx.connection()?)).await;
        tx.judge(answer)
    }
}

/// Waits for an answer for as long as it may take; without a limit until it comes.
pub(super) async fn within<T>(
    limit: Option<Duration>,
    answer: impl Future<Output = T>,
) -> Result<T, Elapsed> {
    match limit {
        Some(limit) => timeout(limit, answer).await,
        None => Ok(answer.await),
    }
}
