//! What the floor answers: an ExecutionReport(8) with ExecType(150)=0 to every order, of about the size of the
//! venue's, and the least that lets a client log on, stay and log out.

use super::super::clock::TimeText;
use super::super::wire::{Writer, fields};

/// Answers the messages of one connection.
#[derive(Debug, Default)]
pub(super) struct Answerer {
    writer: Writer,
    time: TimeText,
    next_outgoing: u64,
}

/// What is looked at of a message.
#[derive(Debug, Default)]
struct Seen<'a> {
    msg_type: &'a [u8],
    sender_comp_id: &'a [u8],
    target_comp_id: &'a [u8],
    cl_ord_id: &'a [u8],
    symbol: &'a [u8],
    side: &'a [u8],
    quantity: &'a [u8],
    price: &'a [u8],
    test_req_id: &'a [u8],
}

impl<'a> Seen<'a> {
    fn of(message: &'a [u8]) -> Self {
        let mut seen = Self::default();
        for (tag, value) in fields(message) {
            match tag {
                35 => seen.msg_type = value,
                49 => seen.sender_comp_id = value,
                56 => seen.target_comp_id = value,
                11 => seen.cl_ord_id = value,
                55 => seen.symbol = value,
                54 => seen.side = value,
                38 => seen.quantity = value,
                44 => seen.price = value,
                112 => seen.test_req_id = value,
                _ => {}
            }
        }
        seen
    }
}

impl Answerer {
    /// Sets SendingTime(52) of what is answered from now on; nanoseconds since 1970.
    pub(super) fn set_time(&mut self, nanos: u64) {
        self.time.set(nanos);
    }

    /// Appends the answer to `message`, if it has one, to `out`.
    pub(super) fn answer(&mut self, message: &[u8], out: &mut Vec<u8>) {
        let seen = Seen::of(message);
        match seen.msg_type {
            b"D" => self.report(&seen, out),
            b"A" => {
                self.next_outgoing = 1;
                self.begin(b"A", &seen);
                self.writer
                    .text(b"98=", b"0")
                    .text(b"108=", b"30")
                    .text(b"141=", b"Y")
                    .finish(out);
            }
            b"1" => {
                self.begin(b"0", &seen);
                self.writer.text(b"112=", seen.test_req_id).finish(out);
            }
            b"5" => {
                self.begin(b"5", &seen);
                self.writer.finish(out);
            }
            _ => {}
        }
    }

    fn begin(&mut self, msg_type: &[u8], seen: &Seen<'_>) {
        self.writer
            .begin(msg_type)
            .text(b"49=", seen.target_comp_id)
            .text(b"56=", seen.sender_comp_id)
            .number(b"34=", self.next_outgoing)
            .text(b"52=", self.time.bytes());
        self.next_outgoing += 1;
    }

    fn report(&mut self, seen: &Seen<'_>, out: &mut Vec<u8>) {
        let order_id = self.next_outgoing;
        self.begin(b"8", seen);
        self.writer
            .number(b"37=", order_id)
            .text(b"11=", seen.cl_ord_id)
            .number(b"17=", order_id)
            .text(b"150=", b"0")
            .text(b"39=", b"0")
            .text(b"55=", seen.symbol)
            .text(b"54=", seen.side)
            .text(b"38=", seen.quantity)
            .text(b"40=", b"2")
            .text(b"44=", seen.price)
            .text(b"59=", b"0")
            .text(b"151=", seen.quantity)
            .text(b"14=", b"0")
            .text(b"6=", b"0")
            .text(b"60=", self.time.bytes())
            .finish(out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::wire::readable;
    use super::*;

    #[test]
    fn every_order_is_accepted() {
        let mut answerer = Answerer::default();
        let mut out = Vec::new();
        let mut order = Vec::new();
        let mut writer = Writer::default();
        writer
            .begin(b"D")
            .text(b"49=", b"CLIENT1")
            .text(b"56=", b"FLOOR")
            .text(b"11=", b"x-1");
        writer
            .text(b"55=", b"BENCH.A")
            .text(b"54=", b"1")
            .text(b"38=", b"10")
            .text(b"44=", b"99")
            .finish(&mut order);
        answerer.answer(&order, &mut out);
        let report = readable(&out);
        for part in [
            "|35=8|49=FLOOR|56=CLIENT1|34=",
            "|11=x-1|",
            "|150=0|39=0|55=BENCH.A|54=1|38=10|40=2|44=99|",
        ] {
            assert!(report.contains(part), "{part} is not in {report}");
        }
    }
}
