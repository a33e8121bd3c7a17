//! News(B): a notice from the venue (FIX 4.4 Volume 3).

use chrono::{DateTime, Utc};

use super::macros::{group_entries, messages};
use crate::dictionary::groups;
use crate::tags;
use crate::values::{Data, Urgency};

messages! {
    /// News(B).
    pub struct News<'a> {
        /// OrigTime(42).
        optional orig_time: DateTime<Utc> = tags::ORIG_TIME,
        /// Urgency(61).
        optional urgency: Urgency = tags::URGENCY,
        /// Headline(148).
        required headline: &'a str = tags::HEADLINE,
        /// NoLinesOfText(33); FIX 4.4 requires an entry.
        group lines_of_text: LineOfText<'a> = tags::NO_LINES_OF_TEXT,
        /// URLLink(149).
        optional url_link: &'a str = tags::URL_LINK,
    }
}

group_entries! {
    /// One entry of NoLinesOfText(33).
    pub struct LineOfText<'a> in groups::NO_LINES_OF_TEXT {
        /// Text(58).
        required text: &'a str = tags::TEXT,
        /// EncodedTextLen(354) and EncodedText(355).
        data encoded_text: Data<'a> = tags::ENCODED_TEXT,
    }
}
