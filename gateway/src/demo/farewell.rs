//! After the story: the venue goes on serving, tells the reader how to connect, and stops when it is told to.

use super::narrator::Narrator;
use super::story::Told;
use crate::cli::say;
use crate::signals::StopSignals;

/// Serves until it is told to stop.
pub(super) async fn serve(
    told: Told,
    narrator: Narrator,
    stop: &mut StopSignals,
) -> anyhow::Result<()> {
    let Told {
        mut stage,
        market_maker,
        image,
    } = told;
    invite(&stage.venue.address().to_string(), &image);
    let quoting = tokio::spawn(market_maker.keep(narrator));
    let failure = tokio::select! {
        () = stop.requested() => None,
        failure = stage.venue.failed() => Some(failure),
    };
    say("\nStopping: no new orders, every client is logged out, every guest is ended.");
    quoting.abort();
    let closed = stage.close().await;
    failure.map_or(closed, Err)
}

fn invite(address: &str, image: &str) {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
    say(format_args!(
        "
The venue goes on serving. Connect a FIX 4.4 client of your own:

  host {host}  port {port}  BeginString FIX.4.4
  SenderCompID GUEST  TargetCompID CLOUDPIT  no password, HeartBtInt 1 to 300, 141=Y allowed

Buy the market maker's instance (fields of a NewOrderSingle; | stands for SOH):
  35=D|11=my-1|55={symbol}|54=1|38=1|40=2|44={offer}|59=0|60=20260101-00:00:00|20002={image}|

An order on the test instrument needs no instance and no image:
  35=D|11=my-2|55=TEST.A|54=1|38=10|40=2|44=5.00|59=0|60=20260101-00:00:00|

With QuickFIX: ConnectionType=initiator, SocketConnectHost={host}, SocketConnectPort={port},
  ResetOnLogon=Y, ValidateUserDefinedFields=N.

Ctrl-C stops it.",
        symbol = super::stage::SYMBOL,
        offer = super::market_maker::OFFER,
    ));
}
