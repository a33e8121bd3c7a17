//! `cloudpit admin bust TRADE` and `cloudpit admin correct TRADE PRICE`: undoes a trade, or changes its price.

use engine::{Price, Remark, TradeId};

use super::call::{Call, Failure};
use crate::admin::routes::trades::{Amended, BUSTS, Bust, CORRECTIONS, Correct};

/// What `bust` takes.
#[derive(Debug, clap::Args)]
pub(super) struct BustArguments {
    /// The trade: SecondaryExecID(527) of both parties' reports, such as 4711-0.
    trade: TradeId,
    /// Why; both parties are told.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

/// What `correct` takes.
#[derive(Debug, clap::Args)]
pub(super) struct CorrectArguments {
    /// The trade: SecondaryExecID(527) of both parties' reports, such as 4711-0.
    trade: TradeId,
    /// What each of its instances costs from now on, such as 10.50.
    price: Price,
    /// Why; both parties are told.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

pub(super) async fn bust(call: &Call, arguments: &BustArguments) -> Result<(), Failure> {
    let bust = Bust {
        trade: arguments.trade,
        reason: arguments.reason,
    };
    call.change::<Amended>(BUSTS, &bust).await
}

pub(super) async fn correct(call: &Call, arguments: &CorrectArguments) -> Result<(), Failure> {
    let correct = Correct {
        trade: arguments.trade,
        price: arguments.price,
        reason: arguments.reason,
    };
    call.change::<Amended>(CORRECTIONS, &correct).await
}
