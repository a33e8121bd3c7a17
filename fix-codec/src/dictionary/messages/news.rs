//! News (FIX 4.4 Volume 3). Only data.

use super::super::definition::definitions;

definitions! {
    /// News(B).
    message NEWS = News {
        ORIG_TIME, URGENCY, HEADLINE Y, ENCODED_HEADLINE_LEN, ENCODED_HEADLINE, [NO_ROUTING_IDS],
        [NO_RELATED_SYM], [NO_LEGS_OF_CONFIRMATION], [NO_UNDERLYINGS], [NO_LINES_OF_TEXT] Y,
        URL_LINK, RAW_DATA_LENGTH, RAW_DATA,
    }
}
