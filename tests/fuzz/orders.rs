//! What is said to order entry: conversations, messages, and the fields and values to change them with.

use super::case::{Case, Fault, PeerMessage};
use super::{seeds, text};

/// Orders that trade, rest, are cancelled, expire and are refused.
const CASES: [&str; 19] = [
    "setup acceptor orders
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|1=acme:client|11=s1|55=ACME.m5|54=2|60=now|40=2|38=2|44=10.50|20001=i-0 i-1
     rival 35=D|34=1|1=acme:rival|11=b1|55=ACME.m5|54=1|60=now|40=2|38=1|44=10.50|20002=img
     < 35=F|34=@|41=s1|11=c1|55=ACME.m5|54=2|60=now
     settle 0 1
     settle 0 3
     settle 0 4
     < 35=5|34=@",
    "setup deciding orders next-expected last-processed cancels
     connect
     < 35=A|34=@|98=0|108=30|789=#|8013=S
     accept
     < 35=D|34=@|1=acme:client|11=b1|55=ACME.m5|54=1|60=now|40=2|38=3|44=11|59=0|20002=img
     disconnect
     rival 35=D|34=1|1=acme:rival|11=s1|55=ACME.m5|54=2|60=now|40=1|38=2
     wait 6000
     connect
     < 35=A|34=@|98=0|108=30|789=#-2
     accept
     serve 1
     serve 100
     settle 1 5",
    "setup deciding orders next-expected
     connect
     < 35=A|34=@|98=0|108=30|789=#
     accept
     < 35=D|34=@|1=acme:client|11=b1|55=TEST|54=1|60=now|40=2|38=3|44=1.25|59=1
     logout
     < 35=5|34=@
     renew
     rival 35=D|34=1|1=acme:rival|11=s1|55=TEST|54=2|60=now|40=2|38=9|44=1|59=3
     connect
     < 35=A|34=1|98=0|108=30|789=1
     accept
     < 35=F|34=@|41=b1|11=c1|55=TEST|54=1|60=now",
    "setup deciding orders next-expected
     connect
     < 35=A|34=@|98=0|108=30|789=#
     accept
     < 35=D|34=@|1=acme:client|11=b1|55=TEST|54=1|60=now|40=2|38=3|44=1.25|59=1
     disconnect
     connect
     < 35=A|34=@|98=0|108=30|789=#
     anew
     < 35=A|34=1|98=0|108=30|141=Y
     < 35=D|34=@|1=acme:client|11=b2|55=TEST|54=2|60=now|40=1|38=1|59=4",
    "setup acceptor orders
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|97=Y|1=acme:client|11=a|55=TEST|54=1|60=now|40=2|38=3|44=1|59=0
     < 35=D|34=@|97=Y|1=acme:client|11=a|55=TEST|54=1|60=now|40=2|38=3|44=1|59=0
     < 35=F|34=@|97=Y|41=a|11=c|55=TEST|54=1|60=now
     < 35=F|34=@|97=Y|41=a|11=c|55=TEST|54=1|60=now
     < 35=D|34=@|43=Y|122=now|97=Y|1=acme:client|11=d|55=TEST|54=1|60=now|40=1|38=3
     restart 10 3
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|1=acme:client|11=e|55=TEST|54=1|60=now|40=2|38=3|44=1",
    "setup acceptor orders batch
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|1=acme:client|11=g1|55=TEST|54=1|60=now|40=2|38=3|44=1|59=6|126=20231114-22:13:30
     < 35=D|34=@|1=acme:client|11=g2|55=TEST|54=1|60=now|40=2|38=3|44=1|59=6|432=20231114
     < 35=D|34=@|1=acme:client|11=g3|55=TEST|54=1|60=now|40=2|38=3|44=1|59=1
     wait 36000
     day-end
     < 35=F|34=@|41=g3|11=c|55=TEST|54=1|60=now
     < 35=F|34=@|41=g1|11=c|37=4|55=TEST|54=1|60=now",
    "setup acceptor orders own-fields any-fields any-order no-values
     connect
     < 35=A|34=@|98=0|108=30|9999=x|777=y
     < 35=D|34=@|11=x|1=acme:client|55=TEST|54=1|60=now|40=2|38=3|44=1|9999=own|58=
     < 35=D|34=@|11=y|1=acme:rival|55=TEST|54=1|60=now|40=2|38=3|44=1|18=6
     < 35=G|34=@|41=x|11=z|1=acme:client|55=TEST|54=1|60=now|40=2|38=5|44=1
     < 35=H|34=@|11=x|55=TEST|54=1
     < 35=q|34=@|11=m|530=7|60=now
     < 35=AF|34=@|584=s|585=7",
    "setup acceptor copies
     connect
     < 35=A|34=@|98=0|108=30
     colleague 35=D|34=1|1=acme:second|11=b1|55=ACME.m5|54=1|60=now|40=2|38=2|44=9|20002=img
     provider 35=D|34=1|1=acme:pool|11=b1|55=ACME.m5|54=1|60=now|40=2|38=2|44=10
     rival 35=D|34=1|1=acme:rival|11=s1|55=ACME.m5|54=2|60=now|40=2|38=3|44=9
     colleague 35=F|34=2|41=b1|11=c1|55=ACME.m5|54=1|60=now
     < 35=D|34=@|1=acme:client|11=x|55=TEST|54=1|60=now|40=2|38=3|44=1
     settle 0 4
     settle 2 6",
    "setup acceptor orders
     connect
     < 35=A|34=@|98=0|108=30
     colleague 35=D|34=1|1=acme:second|11=b1|55=TEST|54=1|60=now|40=2|38=2|44=9
     < 35=F|34=@|41=b1|11=c1|55=TEST|54=1|60=now
     < 35=D|34=@|1=acme:client|11=b2|55=TEST|54=1|60=now|40=2|38=2|44=9
     colleague 35=F|34=2|41=b2|11=c2|55=TEST|54=1|60=now
     deposit 0
     withdraw 0
     withdraw 4",
    "setup acceptor orders slow-reset
     connect
     < 35=A|34=1|98=0|108=30|141=Y
     wait 10
     < 35=D|34=@|1=acme:client|11=b1|55=TEST|54=1|60=now|40=2|38=2|44=9
     < 35=A|34=1|98=0|108=30|141=Y
     rival 35=D|34=1|1=acme:rival|11=s1|55=TEST|54=2|60=now|40=2|38=2|44=9
     wait 10
     < 35=2|34=@|7=1|16=0
     serve 100",
    "setup initiator orders next-expected
     connect
     < 35=A|34=@|98=0|108=30|789=#
     < 35=D|34=@|1=acme:client|11=b1|55=TEST|54=1|60=now|40=2|38=2|44=9
     disconnect
     connect
     < 35=A|34=@+1|98=0|108=30|789=#-2
     serve 100",
    "setup acceptor orders
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|1=acme:client|11=s1|55=ACME.m5|54=2|60=now|40=2|38=2|44=10.50
     < 35=D|34=@|1=acme:client|11=b1|55=ACME.m5|54=1|60=now|40=2|38=2|44=10.50|20002=img
     < 35=D|34=@|1=acme:client|11=s2|55=ACME.m5|54=2|60=now|40=2|38=3|44=10.50
     provider 35=D|34=1|1=acme:pool|11=b1|55=ACME.m5|54=1|60=now|40=1|38=2
     settle 0 4
     settle 1 6
     withdraw 0
     withdraw 1",
    "setup acceptor orders account
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|11=st1|55=TEST|54=1|60=now|40=3|38=2|99=10
     < 35=D|34=@|11=st2|55=TEST|54=1|60=now|40=4|38=2|99=10|44=10.50|59=1
     < 35=D|34=@|11=ice|55=TEST|54=2|60=now|40=2|38=9|44=10|111=2
     rival 35=D|34=1|1=acme:rival|11=b1|55=TEST|54=1|60=now|40=2|38=1|44=10
     < 35=D|34=@|11=mtl|55=TEST|54=1|60=now|40=K|38=9
     < 35=D|34=@|11=min|55=TEST|54=1|60=now|40=2|38=9|44=11|110=5|59=3
     < 35=D|34=@|11=post|55=TEST|54=1|60=now|40=2|38=1|44=12|18=6
     < 35=F|34=@|41=st2|11=c|55=TEST|54=1|60=now",
    "setup acceptor orders account
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|11=r|55=TEST|54=2|60=now|40=2|38=5|44=10|2362=own|2964=1
     < 35=D|34=@|11=t1|55=TEST|54=1|60=now|40=2|38=1|44=10|2362=own|2964=100
     < 35=D|34=@|11=t2|55=TEST|54=1|60=now|40=2|38=1|44=10|2362=own|2964=1
     < 35=D|34=@|11=t3|55=TEST|54=1|60=now|40=2|38=1|44=10|2362=own|2964=2
     < 35=D|34=@|11=t4|55=TEST|54=1|60=now|40=2|38=1|44=10|2362=own|2964=3",
    "setup acceptor orders
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|1=acme:client|11=a|55=TEST|54=1|60=now|40=2|38=1|44=10.500000|59=6
     < 35=D|34=@|1=acme:client|11=b|55=TEST|54=1|60=now|40=2|38=101|44=10.5000000
     < 35=D|34=@|1=acme:client|11=c|55=TEST|54=1|60=now|40=2|38=2|44=3.01|59=0
     rival 35=D|34=1|1=acme:rival|11=s1|55=TEST|54=2|60=now|40=2|38=1|44=3
     < 35=D|34=@|1=acme:client|11=d|55=TEST|54=1|60=now|40=2|38=3|44=3.03
     rival 35=D|34=1|1=acme:rival|11=s2|55=TEST|54=2|60=now|40=1|38=4",
    "setup acceptor orders decimals=0
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|1=acme:client|11=a|55=ACME.m5|54=2|60=now|40=2|38=1|44=10|20002=img
     < 35=D|34=@|1=acme:client|11=b|55=ACME.m5|54=2|60=now|40=2|38=1|44=10|20001=i-0 i-1
     < 35=D|34=@|1=acme:client|11=c|55=ACME.m5|54=2|60=now|40=2|38=2|44=10|20001=i-0 i-0
     < 35=D|34=@|1=acme:client|11=d|55=ACME.m5|54=2|60=now|40=2|38=1|44=10|20001=r-0
     < 35=D|34=@|1=acme:client|11=e|55=ACME.m5|54=1|60=now|40=2|38=1|44=10|59=6|432=20231113|20002=i",
    "setup acceptor orders
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|1=a name of an account that is longer than any account of any provider can be, by far|11=a|55=TEST|54=1|60=now|40=2|38=1|44=1
     < 35=D|34=@|1=acme:client|11=b|55=a name of an instrument that is longer than any instrument that is listed, by far|54=1|60=now|40=2|38=1|44=1
     < 35=D|34=@|1=acme:client|11=c|55=TEST|54=1|60=now|40=2|38=1|44=1|59=6|126=20231115-00:00:00|432=20231115
     < 35=D|34=@|1=acme:client|11=d|55=TEST|54=1|60=now|40=2|38=1|44=1|432=20231115
     < 35=D|34=@|1=acme:client|11=e|55=TEST|54=1|60=now|40=2|38=1|44=1|386=1|336=1
     < 35=D|34=@|1=acme:client|11=f|55=TEST|54=1|60=now|40=2|38=1|44=1|516=5
     < 35=D|34=@|1=acme:client|11=g|55=TEST|54=1|60=now|40=2|38=1|44=1|99=2
     < 35=D|34=@|1=acme:client|11=h|55=ACME.m5|54=1|60=now|40=2|38=1|44=1
     < 35=D|34=@|1=acme:client|11=i|55=TEST|54=1|60=now|40=1|38=3|59=3",
    "setup acceptor orders account
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|11=a|55=TEST|54=1|60=now|40=2|38=9|44=1|111=0
     < 35=D|34=@|11=b|55=TEST|54=1|60=now|40=2|38=9|44=1|111=10
     < 35=D|34=@|11=c|55=TEST|54=1|60=now|40=1|38=9|111=2
     < 35=D|34=@|11=d|55=TEST|54=1|60=now|40=2|38=9|44=1|110=10|59=3
     < 35=D|34=@|11=e|55=TEST|54=1|60=now|40=2|38=9|44=1|110=0
     < 35=D|34=@|11=f|55=TEST|54=1|60=now|40=3|38=9|99=1.005
     < 35=D|34=@|11=g|55=TEST|54=2|60=now|40=2|38=5|44=10|2362=own
     < 35=D|34=@|11=h|55=TEST|54=1|60=now|40=2|38=2|44=10|2362=own|2964=100",
    "setup acceptor orders account
     connect
     < 35=A|34=@|98=0|108=30
     < 35=D|34=@|11=s1|55=ACME.m5|54=2|60=now|40=2|38=2|44=10.50|20001=i-0 i-1
     rival 35=D|34=1|1=acme:rival|11=b1|55=ACME.m5|54=1|60=now|40=2|38=1|44=10.50|20002=img
     < 35=G|34=@|41=s1|11=s2|55=ACME.m5|54=2|60=now|40=2|38=3|44=10|20001=i-0 i-2 i-1
     < 35=H|34=@|11=s1|55=ACME.m5|54=2
     < 35=G|34=@|41=s2|11=s3|55=ACME.m5|54=2|60=now|40=2|38=1|44=10
     < 35=D|34=@|11=x1|55=TEST|54=1|60=now|40=2|38=5|44=10
     < 35=AF|34=@|584=all|585=7
     < 35=q|34=@|11=m|530=7|60=now",
];

/// Requests of every kind, most of them right.
const MESSAGES: [&str; 40] = [
    "35=D|34=@|1=acme:client|11=id1|55=TEST|54=1|60=now|40=2|38=5|44=10.50|59=0",
    "35=D|34=@|1=acme:client|11=id2|55=TEST|54=2|60=now|40=2|38=5|44=10.50|59=1",
    "35=D|34=@|1=acme:client|11=id3|55=TEST|54=2|60=now|40=1|38=7|59=3",
    "35=D|34=@|1=acme:client|11=id4|55=TEST|54=1|60=now|40=2|38=7|44=12|59=4",
    "35=D|34=@|1=acme:client|11=id5|55=ACME.m5|54=2|60=now|40=2|38=1|44=9.99|20001=i-2",
    "35=D|34=@|1=acme:client|11=id6|55=ACME.m5|54=1|60=now|40=2|38=2|44=11|20002=img|15=USD",
    "35=D|34=@|1=acme:client|11=id7|55=ACME.m5|54=2|60=now|40=1|38=2|423=2|854=0",
    "35=D|34=@|1=acme:rival|11=id1|55=ACME.m5|54=2|60=now|40=2|38=2|44=9",
    "35=D|34=@|1=acme:rival|11=id2|55=ACME.m5|54=1|60=now|40=2|38=3|44=12|20002=img",
    "35=D|34=@|1=acme:rival|11=id3|55=TEST|54=2|60=now|40=2|38=3|44=1",
    "35=D|34=@|1=acme:pool|11=id4|55=ACME.m5|54=1|60=now|40=1|38=4",
    "35=D|34=@|1=acme:second|11=id8|55=TEST|54=1|60=now|40=2|38=3|44=10|59=6|126=20231114-22:13:25",
    "35=F|34=@|41=id1|11=c1|55=TEST|54=1|60=now",
    "35=F|34=@|41=id2|11=c2|55=TEST|54=2|60=now|38=5",
    "35=F|34=@|41=id6|11=c6|37=30|55=ACME.m5|54=1|60=now",
    "35=D|34=@|97=Y|1=acme:client|11=id1|55=TEST|54=1|60=now|40=2|38=5|44=10.50",
    "35=G|34=@|41=id1|11=g1|1=acme:client|55=TEST|54=1|60=now|40=2|38=9|44=10.50",
    "35=H|34=@|11=id1|55=TEST|54=1|790=r",
    "35=q|34=@|11=m1|530=7|60=now",
    "35=AF|34=@|584=s1|585=7",
    "35=G|34=@|41=g1|11=g2|1=acme:client|55=TEST|54=1|60=now|40=2|38=3|44=11",
    "35=G|34=@|41=id5|11=g5|1=acme:client|55=ACME.m5|54=2|60=now|40=2|38=2|44=9|20001=i-2 i-1",
    "35=G|34=@|97=Y|41=id1|11=g1|1=acme:client|55=TEST|54=1|60=now|40=2|38=9|44=10.50",
    "35=G|34=@|41=st2|11=st3|1=acme:client|55=TEST|54=2|60=now|40=4|38=3|99=11|44=9|59=1",
    "35=G|34=@|41=ic|11=ie|1=acme:client|55=TEST|54=1|60=now|40=2|38=7|44=10|111=2",
    "35=q|34=@|11=m2|530=1|55=TEST|54=1|60=now|20006=F",
    "35=AF|34=@|584=s2|585=1|55=ACME.m5|20006=F",
    "35=D|34=@|1=acme:client|11=st1|55=TEST|54=1|60=now|40=3|38=3|99=10",
    "35=D|34=@|1=acme:client|11=st2|55=TEST|54=2|60=now|40=4|38=3|99=10|44=9|59=1",
    "35=D|34=@|1=acme:client|11=ic|55=TEST|54=1|60=now|40=2|38=9|44=10|111=2",
    "35=D|34=@|1=acme:client|11=mk|55=TEST|54=2|60=now|40=K|38=9",
    "35=D|34=@|1=acme:client|11=mi|55=TEST|54=1|60=now|40=2|38=9|44=10|110=4|59=3",
    "35=D|34=@|1=acme:client|11=po|55=TEST|54=2|60=now|40=2|38=9|44=10|18=6",
    "35=D|34=@|1=acme:client|11=sm|55=TEST|54=1|60=now|40=2|38=2|44=12|2362=own|2964=100",
    "35=D|34=@|1=acme:client|11=sn|55=TEST|54=2|60=now|40=2|38=3|44=9|2362=own|2964=3",
    "35=D|34=@|1=acme:client|11=tf|55=TEST|54=2|60=now|40=2|38=3|44=9|59=2",
    "35=D|34=@|1=acme:client|11=at|55=TEST|54=1|60=now|40=1|38=3|59=7",
    "35=D|34=@|1=acme:client|11=no|55=TEST|54=2|60=now|40=2|38=3|44=9|168=now|640=8|516=5|210=1",
    "35=D|34=@|1=acme:rival|11=id9|55=TEST|54=2|60=now|40=2|38=20|44=9",
    "35=D|34=@|1=acme:rival|11=ida|55=TEST|54=1|60=now|40=2|38=20|44=12|59=1",
];

/// Fields that an order may have, and some that the venue does not offer.
pub(super) const TAGS: [&str; 42] = [
    "1", "11", "15", "18", "21", "37", "38", "40", "41", "44", "54", "55", "58", "59", "60", "99",
    "110", "111", "126", "152", "168", "192", "210", "211", "386", "388", "423", "432", "460",
    "461", "516", "530", "585", "640", "847", "854", "8013", "2362", "2964", "20001", "20002",
    "453",
];

/// Values that belong to such fields.
pub(super) const VALUES: [&str; 24] = [
    "acme:client",
    "acme:second",
    "acme:rival",
    "acme:pool",
    "ACME.m5",
    "TEST",
    "USD",
    "EUR",
    "img",
    "i-0 i-1",
    "i-0 i-0",
    "r-0",
    "2",
    "3",
    "4",
    "6",
    "8",
    "9",
    "10.50",
    "10.505",
    "0.0000001",
    "20231114-22:13:25",
    "20231115",
    "x x",
];

/// The cases to begin with.
///
/// # Panics
/// When one is not written right.
pub(super) fn cases() -> Vec<Case> {
    let cases = CASES.iter().map(|text| text::read(text));
    cases
        .collect::<Result<_, _>>()
        .expect("the seeds are written right")
}

/// The messages to put into a case.
///
/// # Panics
/// When one is not written right.
pub(super) fn messages() -> Vec<PeerMessage> {
    let messages = MESSAGES.iter().map(|text| PeerMessage {
        fault: Fault::None,
        fields: seeds::fields(text),
    });
    messages.collect()
}
