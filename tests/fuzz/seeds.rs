//! The cases to begin with, and the messages, fields and values to build others from.

use super::case::{Case, Fault, PeerField, PeerMessage, Setup};
use super::text;

/// Conversations that go as they should, and some that do not.
const CASES: [&str; 22] = [
    "setup acceptor
     connect
     < 35=A|34=@|98=0|108=30
     < 35=B|34=@|148=head|33=1|58=text
     send
     wait 31000
     < 35=0|34=@
     < 35=5|34=@",
    "setup acceptor hold=600 batch
     connect
     < 35=A|34=@+3|98=0|108=1
     < 35=B|34=@+4|148=early|33=1|58=text
     < 35=4|34=@|43=Y|122=now|123=Y|36=@+2
     < 35=B|34=@|43=Y|122=now-1|148=late|33=2|58=one|58=two
     wait 1500
     < 35=0|34=@|112=TEST
     wait 11000",
    "setup deciding last-processed
     connect
     < 35=A|34=@|98=0|108=30|553=user|554=pass
     accept
     send
     send
     < 35=2|34=@|7=1|16=0
     serve 1
     send-again
     serve 10
     logout
     < 35=5|34=@",
    "setup deciding chunk=7
     connect
     < 35=A|34=@|98=0|108=30
     refuse",
    "setup acceptor slow-reset
     connect
     < 35=A|34=1|98=0|108=5|141=Y
     wait 10
     send
     < 35=A|34=1|98=0|108=5|141=Y
     < 35=0|34=2
     wait 10
     < 35=0|34=@",
    "setup initiator heartbeat=2
     connect
     < 35=A|34=@|98=0|108=2
     < 35=1|34=@|112=are you there
     < 35=2|34=@|7=#-2|16=#-1
     serve 5
     wait 9000",
    "setup resetting batch
     connect
     < 35=A|34=1|98=0|108=30|141=Y
     < 35=8|34=@|37=1|17=2|150=0|39=0|55=S|54=1|151=1|14=0|6=0
     < 35=3|34=@|45=2|371=5|372=D|373=5|58=no
     disconnect
     connect
     < 35=5|34=@|58=go away",
    "setup acceptor
     connect
     < 35=A|34=@|98=0|108=0
     < 35=D|34=@|11=id|55=S|54=1|60=now|40=2|38=5|44=10.50|20001=i-1 i-2
     < 35=F|34=@|41=o|11=c|55=S|54=1|60=now
     < 35=E|34=@|66=list
     < 35=D|34=@|11=id|55=S|54=9|60=now|40=2
     < 35=XX|34=@|1=a
     <sum:1 35=D|34=@|11=garbled
     < 35=4|34=@|36=@+5
     < 35=4|34=@|36=1
     < 35=5|34=@",
    "setup acceptor
     connect
     < 35=A|34=@|49=CLIENT|115=FOR|116=SUB|50=ME|57=YOU|128=TO|129=SUB|98=0|108=30
     < 35=B|34=@|50=ME|57=YOU|115=FOR|128=TO|142=A|143=B|148=head
     < 35=B|34=@|453=1|448=P|447=D|452=1|802=2|523=a|803=1|523=b|148=head|33=1|58=x
     restart 40
     connect
     < 35=A|34=@|98=0|108=30
     < 35=2|34=@|7=1|16=0
     serve 100",
    "setup relaxed next=90 tolerance=0
     connect
     < 35=A|34=@|98=0|108=30|9999=own|95=3|96=a\\x01b
     < 35=B|34=@|52=00010101-00:00:00|148=head|33=1|58=x|354=3|355=a=b
     < 35=0|34=@-2
     connect",
    "setup acceptor
     connect
     < 35=A|34=@|98=0|108=30
     logout
     < 35=B|34=@+1|148=after|33=1|58=text
     < 35=2|34=@+2|7=1|16=0
     serve 3
     wait 3000",
    "setup acceptor
     connect
     < 35=A|34=@|98=0|108=30
     < 35=2|34=@+1|7=1|16=0
     send
     < 35=2|34=@+2|7=2|16=2
     serve 1
     < 35=0|34=@|43=Y|122=now
     < 35=0|34=@|43=Y
     < 35=0|34=@|43=Y|122=now+5
     wait 2000",
    "setup acceptor
     connect
     bytes 8=FIX.4.4|9=5|35=0|10=163|
     wait 10000",
    "setup acceptor
     connect
     < 35=A|34=@|98=0|108=30
     < 35=0|34=@|49=OTHER
     wait 2000
     connect
     < 35=A|34=@|98=0|108=30
     < 35=0|34=@|52=now-500
     < 35=5|34=@",
    "setup deciding next=90
     connect
     < 35=A|34=@|98=0|108=0
     anew
     wait 10000
     wait 10000
     connect
     < 35=A|34=91|98=0|108=0
     accept
     < 35=0|34=92|43=Y|122=now
     restart 5
     connect
     < 35=A|34=91|98=0|108=0
     accept
     < 35=0|34=1",
    "setup deciding next=90 next-expected
     connect
     < 35=A|34=@|98=0|108=30|789=#
     anew
     wait 10000
     < 35=0|34=1|112=TEST",
    "setup deciding slow-reset
     connect
     < 35=A|34=1|98=0|108=30|141=Y
     accept
     disconnect
     connect
     < 35=A|34=@|98=0|108=30
     greet
     wait 10
     wait 10000",
    "setup deciding next-expected
     connect
     < 35=A|34=@|98=0|108=30|789=#+5
     greet
     connect
     < 35=A|34=@|98=0|108=30|789=#
     greet
     send-again
     < 35=2|34=@|7=1|16=0
     serve 100
     expel",
    "setup initiator next-expected
     connect
     < 35=A|34=@|98=0|108=30|789=#+5",
    "setup acceptor
     connect
     < 8=FIX.4.2|35=A|34=@|98=0|108=30
     connect
     < 35=A|34=@|52=now-500|98=0|108=30
     connect
     expel",
    "setup acceptor decimals=9
     connect
     < 35=A|34=@|98=0|108=30|52=20231114-22:13:20
     send
     < 35=2|34=@|7=1|16=2
     < 35=2|34=@|7=9|16=2
     < 35=2|34=@|7=3|16=0
     < 35=2|34=@|7=1|16=1
     serve 1
     serve 100
     renew",
    "setup acceptor any-fields any-order no-values decimals=3
     connect
     < 35=A|34=@|98=0|108=30|384=2|372=D|385=S|385=R|372=8
     < 35=B|34=@|148=head|33=1|58=a|58=b
     < 35=B|34=@|148=head|33=1|354=1|355=x|58=a
     < 35=B|34=@|148=head|33=1|58=|354=|355=
     renew
     disconnect
     renew",
];

/// One message of every type that a session or the venue knows, and some that they do not.
const MESSAGES: [&str; 52] = [
    "35=0|34=@",
    "35=0|34=@|112=TEST",
    "35=1|34=@|112=ask",
    "35=2|34=@|7=1|16=0",
    "35=2|34=@|7=#-1|16=#-1",
    "35=2|34=@|7=1|16=3",
    "35=3|34=@|45=2|371=5|372=D|373=5|58=x",
    "35=4|34=@|123=Y|36=@+3",
    "35=4|34=@|43=Y|122=now|123=Y|36=@+2",
    "35=4|34=@|36=@+4",
    "35=5|34=@",
    "35=5|34=@|58=bye|354=3|355=abc",
    "35=A|34=@|98=0|108=30",
    "35=A|34=1|98=0|108=30|141=Y",
    "35=A|34=@|98=0|108=1|789=#|95=2|96=ab|553=u|554=p",
    "35=A|34=@|98=0|108=30|384=1|372=D|385=S|383=4096|464=N",
    "35=B|34=@|148=head|33=1|58=text",
    "35=B|34=@+1|148=early|33=2|58=one|354=2|355=ab|58=two",
    "35=B|34=@|43=Y|122=now-1|148=again|33=1|58=text",
    "35=B|34=@-1|43=Y|122=now-1|148=known|33=1|58=text",
    "35=D|34=@|11=id|55=S|54=1|60=now|40=2|38=5|44=10.50|59=0",
    "35=F|34=@|41=o|11=c|55=S|54=1|60=now",
    "35=8|34=@|37=1|17=2|150=F|39=1|55=S|54=1|151=1|14=1|6=10.5|31=10.5|32=1",
    "35=9|34=@|37=NONE|11=c|41=o|39=8|434=1|102=1",
    "35=j|34=@|45=7|372=E|380=3",
    "35=i|34=@|117=q|296=1|302=s|304=1|295=1|299=e|55=S|132=1|133=2",
    "35=V|34=@|262=r|263=1|264=0|267=1|269=0|146=1|55=S",
    "35=E|34=@|66=list",
    "35=ZZZ|34=@",
    "35=Z|34=@|117=q|298=4",
    "35=S|34=@|117=q|55=S|132=1|133=2|134=1|135=1",
    "35=R|34=@|131=q|146=1|55=S|200=202501w2|432=20250102",
    "35=x|34=@|320=r|559=0",
    "35=c|34=@|320=r|321=3|55=S|200=20250131",
    "35=e|34=@|324=r|263=0|55=S",
    "35=g|34=@|335=r|263=0",
    "35=AD|34=@|568=r|569=0|580=1|75=20250102",
    "35=AE|34=@|571=r|570=N|32=1|31=1|75=20250102|60=now|552=1|54=1|37=o|1=a",
    "35=AQ|34=@|568=r|569=0|749=0|750=0",
    "35=AK|34=@|664=c|666=0|773=1|665=1|60=now|75=20250102|55=S|80=1|54=1|862=1|528=A|863=1",
    "35=W|34=@|262=r|55=S|268=1|269=0|270=1|271=1|272=20250102|273=10:15:30",
    "35=X|34=@|262=r|268=1|279=0|269=0|55=S|270=1",
    "35=Y|34=@|262=r|281=0",
    "35=y|34=@|320=r|322=s|560=0",
    "35=d|34=@|320=r|322=s|323=4|55=S",
    "35=f|34=@|55=S|326=17",
    "35=h|34=@|335=r|336=1|340=2",
    "35=b|34=@|117=q|297=0",
    "35=AI|34=@|117=q|55=S|297=0",
    "35=r|34=@|37=o|530=7|531=7|11=m",
    "35=D|34=@|453=2|448=P|447=D|447=E|452=1|448=Q|11=id|55=S|54=1|60=20161231-23:59:60|40=2|38=5",
    "35=0|34=@+2|115=FOR|128=TO|50=S|57=T|142=L|143=M|369=1|97=Y",
];

/// Fields that mean something to a session, or that end groups and data.
pub(super) const TAGS: [&str; 42] = [
    "7",
    "8",
    "9",
    "10",
    "16",
    "34",
    "35",
    "36",
    "43",
    "45",
    "49",
    "50",
    "52",
    "56",
    "57",
    "58",
    "89",
    "90",
    "91",
    "95",
    "96",
    "97",
    "98",
    "108",
    "112",
    "115",
    "122",
    "123",
    "128",
    "141",
    "354",
    "355",
    "369",
    "371",
    "453",
    "448",
    "627",
    "628",
    "789",
    "0",
    "5001",
    "4294967296",
];

/// Values that programs stumble over.
pub(super) const VALUES: [&str; 34] = [
    "",
    "0",
    "1",
    "-1",
    "00000000000000000001",
    "999999999999999",
    "1000000000000000",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "4294967295",
    "2147483648",
    "1.5",
    "+1",
    " 1",
    "Y",
    "N",
    "y",
    "A",
    "ZZ",
    "CLIENT",
    "VENUE",
    "FIX.4.4",
    "FIX.4.2",
    "20250230-25:61:61",
    "00000000-00:00:00",
    "99991231-23:59:60.999999999",
    "20250115-10:15:30.1234567890",
    "a=b",
    "\\x00",
    "\\xff\\xfe",
    "\\x01",
    "8=FIX.4.4|9=5|35=0|10=163|",
    "TEST",
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
        fields: fields(text),
    });
    messages.collect()
}

/// The fields of a message.
///
/// # Panics
/// When they are not written right.
pub(super) fn fields(text: &str) -> Vec<PeerField> {
    text::read_fields(text).expect("the fields are written right")
}

/// Setups to choose from.
pub(super) const HOLD_LIMITS: [u32; 3] = [0, 600, Setup::PLAIN.hold_limit];
