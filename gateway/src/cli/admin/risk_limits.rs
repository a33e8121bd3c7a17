//! `cloudpit admin limits show`, `set` and `release`: risk limits.

use clap::Subcommand;
use engine::{AccountName, FirmName, Remark, RiskScope, SessionName, Symbol};

use super::call::{Call, Failure};
use crate::admin::limit_setting::LimitSetting;
use crate::admin::routes::risk_limits::{
    Limits, LimitsChanged, RELEASES, RISK_LIMITS, ReleaseLimits, SetLimits, Which, Written,
};

/// What `limits` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Lists the limits in force, and what is taken up of them.
    Show(Show),
    /// Changes limits, until they are released: `set --firm ALDER credit=USD:5000.00 max_open_orders=none`.
    Set(Set),
    /// Lets the configuration's limits hold again.
    Release(Release),
}

#[derive(Debug, clap::Args)]
struct Show {
    #[command(flatten)]
    whose: AnyOrNone,
}

#[derive(Debug, clap::Args)]
struct Set {
    #[command(flatten)]
    whose: One,
    /// What is to change of what is in force: LIMIT=VALUE, or LIMIT=none; amounts are CURRENCY:AMOUNT. The others stay.
    #[arg(required = true, value_name = "LIMIT=VALUE")]
    settings: Vec<LimitSetting>,
    /// Why, for the journal.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

#[derive(Debug, clap::Args)]
struct Release {
    #[command(flatten)]
    whose: One,
    /// Why, for the journal.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

/// Whose limits: one's, or everybody's.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct AnyOrNone {
    /// Those of a firm.
    #[arg(long)]
    firm: Option<FirmName>,
    /// Those of an account.
    #[arg(long)]
    account: Option<AccountName>,
    /// Those of a session.
    #[arg(long)]
    session: Option<SessionName>,
    /// Those of an instrument.
    #[arg(long, value_name = "SYMBOL")]
    instrument: Option<Symbol>,
}

/// Whose limits: exactly one's.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct One {
    /// Those of a firm.
    #[arg(long)]
    firm: Option<FirmName>,
    /// Those of an account.
    #[arg(long)]
    account: Option<AccountName>,
    /// Those of a session.
    #[arg(long)]
    session: Option<SessionName>,
    /// Those of an instrument.
    #[arg(long, value_name = "SYMBOL")]
    instrument: Option<Symbol>,
}

impl One {
    fn scope(&self) -> anyhow::Result<RiskScope> {
        let firm = self.firm.map(RiskScope::Firm);
        let account = self.account.map(RiskScope::Account);
        let session = self.session.map(RiskScope::Session);
        let instrument = self.instrument.map(RiskScope::Instrument);
        firm.or(account).or(session).or(instrument).ok_or_else(|| {
            anyhow::anyhow!("say whose: --firm, --account, --session or --instrument")
        })
    }
}

pub(super) async fn run(call: &Call, arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.what {
        What::Show(Show { whose }) => {
            let which = Which {
                firm: whose.firm,
                account: whose.account,
                session: whose.session,
                instrument: whose.instrument,
            };
            call.read::<Limits>(RISK_LIMITS, &which).await
        }
        What::Set(set) => {
            let body = SetLimits {
                scope: set.whose.scope()?,
                settings: set.settings.iter().cloned().map(Written).collect(),
                reason: set.reason,
            };
            call.change::<LimitsChanged>(RISK_LIMITS, &body).await
        }
        What::Release(release) => {
            let body = ReleaseLimits {
                scope: release.whose.scope()?,
                reason: release.reason,
            };
            call.change::<LimitsChanged>(RELEASES, &body).await
        }
    }
}
