//! Market data (FIX 4.4 Volume 3). Only data.

use super::super::definition::definitions;

definitions! {
    /// MarketDataRequest(V).
    message MARKET_DATA_REQUEST = MarketDataRequest {
        MD_REQ_ID Y, SUBSCRIPTION_REQUEST_TYPE Y, MARKET_DEPTH Y, MD_UPDATE_TYPE, AGGREGATED_BOOK,
        OPEN_CLOSE_SETTL_FLAG, SCOPE, MD_IMPLICIT_DELETE, [NO_MD_ENTRY_TYPES] Y,
        [NO_RELATED_SYM_OF_MARKET_DATA_REQUEST] Y, [NO_TRADING_SESSIONS], APPL_QUEUE_ACTION,
        APPL_QUEUE_MAX,
    }
    /// MarketDataSnapshotFullRefresh(W).
    message MARKET_DATA_SNAPSHOT_FULL_REFRESH = MarketDataSnapshotFullRefresh {
        MD_REQ_ID, (INSTRUMENT) Y, [NO_UNDERLYINGS], [NO_LEGS_OF_CONFIRMATION], FINANCIAL_STATUS,
        CORPORATE_ACTION, NET_CHG_PREV_DAY, [NO_MD_ENTRIES] Y, APPL_QUEUE_DEPTH,
        APPL_QUEUE_RESOLUTION,
    }
    /// MarketDataIncrementalRefresh(X).
    message MARKET_DATA_INCREMENTAL_REFRESH = MarketDataIncrementalRefresh {
        MD_REQ_ID, [NO_MD_ENTRIES_OF_MARKET_DATA_INCREMENTAL_REFRESH] Y, APPL_QUEUE_DEPTH,
        APPL_QUEUE_RESOLUTION,
    }
    /// MarketDataRequestReject(Y).
    message MARKET_DATA_REQUEST_REJECT = MarketDataRequestReject {
        MD_REQ_ID Y, MD_REQ_REJ_REASON, [NO_ALT_MD_SOURCE], TEXT, ENCODED_TEXT_LEN, ENCODED_TEXT,
    }
}
