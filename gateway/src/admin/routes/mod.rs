//! What operators can ask for: one file for each kind of thing, with its types, which the command line shares.

pub(crate) mod firms;
pub(crate) mod halt_policies;
pub(crate) mod kill_switch;
pub(crate) mod orders;
pub(crate) mod phases;
pub(crate) mod risk_limits;
pub(crate) mod sessions;
pub(crate) mod settlements;
pub(crate) mod trades;
pub(crate) mod withdrawals;

use axum::Router;

use super::server::Office;

/// Everything that is asked of a file of routes to be called.
pub(super) fn all() -> Router<Office> {
    Router::new()
        .merge(firms::routes())
        .merge(halt_policies::routes())
        .merge(orders::routes())
        .merge(phases::routes())
        .merge(risk_limits::routes())
        .merge(sessions::routes())
        .merge(settlements::routes())
        .merge(trades::routes())
        .merge(kill_switch::routes())
        .merge(withdrawals::routes())
}
