//! Requests about many orders, FIX 4.4 Volume 4: OrderMassCancelRequest(q) and OrderMassStatusRequest(AF). They mean the
//! orders of the session, or with RequestScope(20006)=F those of its firm; all of them, or those on one instrument;
//! with Side(54) those on one side. Never looks an order up.

use chrono::{DateTime, Utc};
use engine::{
    Command, MassCancelRequest, MassStatusRequest, OrderFilter, OrdersOf, RequestId, Symbol,
};
use fix_codec::messages::{OrderMassCancelRequest, OrderMassStatusRequest};
use fix_codec::values::{
    BusinessRejectReason, MassCancelRejectReason, MassCancelRequestType, MassStatusReqType,
    RequestScope, Side,
};
use fix_codec::{Message, tags};

use super::answer::{Answer, Business, MassCancelRefused, text};
use super::named::side;
use super::{Refusal, client_order_id, missing, out_of_range};
use crate::order_entry::times::timestamp_from;

/// The fields of an OrderMassCancelRequest(q) that are looked at, or are remarks.
const CANCEL_TAGS: [u32; 9] = [
    tags::CL_ORD_ID,
    tags::MASS_CANCEL_REQUEST_TYPE,
    tags::SYMBOL,
    tags::SIDE,
    tags::TRANSACT_TIME,
    tags::REQUEST_SCOPE,
    tags::TEXT,
    tags::ENCODED_TEXT_LEN,
    tags::ENCODED_TEXT,
];

/// Those of an OrderMassStatusRequest(AF).
const STATUS_TAGS: [u32; 5] = [
    tags::MASS_STATUS_REQ_ID,
    tags::MASS_STATUS_REQ_TYPE,
    tags::SYMBOL,
    tags::SIDE,
    tags::REQUEST_SCOPE,
];

/// Of which orders a request may speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Those on one instrument.
    Security,
    /// All.
    All,
    /// Any other way that FIX 4.4 has, by its code.
    NotOffered(char),
}

/// Why a filter does not become one.
enum Unfit {
    /// Symbol(55) is missing.
    NoSymbol,
    /// No instrument can have this name.
    UnknownSymbol(String),
    /// The venue does not offer it.
    NotOffered(String),
}

pub(super) fn cancel<'a>(
    message: &Message<'a>,
    now: DateTime<Utc>,
) -> Result<Command, Refusal<'a>> {
    let request = OrderMassCancelRequest::try_from(message)?;
    let client_order_id = client_order_id(tags::CL_ORD_ID, request.cl_ord_id)?;
    let transact_time =
        timestamp_from(request.transact_time).ok_or(out_of_range(tags::TRANSACT_TIME))?;
    let which = match request.mass_cancel_request_type {
        MassCancelRequestType::Security => Which::Security,
        MassCancelRequestType::All => Which::All,
        other @ (MassCancelRequestType::UnderlyingSecurity
        | MassCancelRequestType::Product
        | MassCancelRequestType::CfiCode
        | MassCancelRequestType::SecurityType
        | MassCancelRequestType::TradingSession) => Which::NotOffered(char::from(other.code())),
    };
    let field = "MassCancelRequestType";
    let scope = request.request_scope;
    let filter = only(message, &CANCEL_TAGS)
        .and_then(|()| filter((field, which), scope, request.symbol, request.side));
    let (reason, why) = match filter {
        Ok(which) => {
            return Ok(Command::CancelOrders(MassCancelRequest {
                client_order_id,
                which,
                transact_time,
            }));
        }
        Err(Unfit::NoSymbol) => return Err(missing(message, request.cl_ord_id, "Symbol(55)")),
        Err(Unfit::UnknownSymbol(why)) => (MassCancelRejectReason::UnknownSecurity, why),
        Err(Unfit::NotOffered(why)) => (MassCancelRejectReason::NotSupported, why),
    };
    Err(MassCancelRefused::refusal(request, reason, why, now))
}

pub(super) fn status<'a>(message: &Message<'a>) -> Result<Command, Refusal<'a>> {
    let request = OrderMassStatusRequest::try_from(message)?;
    let name = request.mass_status_req_id;
    let request_id = RequestId::new(name).map_err(|_| out_of_range(tags::MASS_STATUS_REQ_ID))?;
    let which = match request.mass_status_req_type {
        MassStatusReqType::Security => Which::Security,
        MassStatusReqType::All => Which::All,
        other @ (MassStatusReqType::UnderlyingSecurity
        | MassStatusReqType::Product
        | MassStatusReqType::CfiCode
        | MassStatusReqType::SecurityType
        | MassStatusReqType::TradingSession
        | MassStatusReqType::PartyId) => {
            Which::NotOffered(char::from_digit(other.code().into(), 10).unwrap_or('?'))
        }
    };
    let scope = request.request_scope;
    let field = "MassStatusReqType";
    let filter = only(message, &STATUS_TAGS)
        .and_then(|()| filter((field, which), scope, request.symbol, request.side));
    let (reason, why) = match filter {
        Ok(which) => {
            return Ok(Command::ReportOrders(MassStatusRequest {
                request_id,
                which,
            }));
        }
        Err(Unfit::NoSymbol) => return Err(missing(message, name, "Symbol(55)")),
        Err(Unfit::UnknownSymbol(why)) => (BusinessRejectReason::UnknownSecurity, why),
        Err(Unfit::NotOffered(why)) => (BusinessRejectReason::Other, why),
    };
    Err(Answer::Business(Business::new(message, Some(name), reason, why)).into())
}

/// Refuses a request with any other field: one that says more than is looked at means fewer orders than it would get.
fn only(message: &Message<'_>, tags: &[u32]) -> Result<(), Unfit> {
    let mut fields = message.body().iter();
    let other = fields.find(|field| !tags.contains(&field.tag));
    other.map_or(Ok(()), |field| {
        Err(not_offered(format_args!(
            "tag {} in such a request",
            field.tag
        )))
    })
}

fn filter(
    (field, which): (&str, Which),
    scope: Option<RequestScope>,
    named: Option<&str>,
    asked: Option<Side>,
) -> Result<OrderFilter, Unfit> {
    let symbol = match (which, named) {
        (Which::NotOffered(code), _) => return Err(not_offered(format_args!("{field}={code}"))),
        (Which::Security, None) => return Err(Unfit::NoSymbol),
        (Which::All, Some(_)) => {
            return Err(not_offered(format_args!(
                "Symbol(55) with {field}=7: all orders"
            )));
        }
        (Which::All, None) => None,
        (Which::Security, Some(name)) => Some(Symbol::new(name).map_err(|_| {
            let why = format_args!("there is no instrument Symbol={name}");
            Unfit::UnknownSymbol(text(why))
        })?),
    };
    let side = match asked {
        None => None,
        Some(asked) => Some(side(asked).ok_or_else(|| {
            let code = char::from(asked.code());
            not_offered(format_args!("Side={code}"))
        })?),
    };
    let of = match scope {
        None | Some(RequestScope::Session) => OrdersOf::Session,
        Some(RequestScope::Firm) => OrdersOf::Firm,
    };
    Ok(OrderFilter { of, symbol, side })
}

fn not_offered(what: impl std::fmt::Display) -> Unfit {
    Unfit::NotOffered(text(format_args!("this venue does not offer {what}")))
}
